// Prints the one row of a query, fetched with System.Data.SqlClient. usage: Query.exe CONNECTION_STRING
using System;
using System.Data.SqlClient;

static class Query
{
    static int Main(string[] arguments)
    {
        try
        {
            using (var connection = new SqlConnection(arguments[0]))
            using (var command = new SqlCommand("select n, s from t", connection))
            {
                connection.Open();
                using (var row = command.ExecuteReader())
                    while (row.Read()) Console.WriteLine(row[0] + " " + row[1]);
            }
            return 0;
        }
        catch (SqlException error)
        {
            Console.Error.WriteLine(error.Message);
            return 1;
        }
    }
}
