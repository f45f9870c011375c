// Prints one page, fetched the way the integration runtime does: HttpWebRequest, with the proxy of Fetch.exe.config. What
// the runtime would know of a failure goes to standard error.
using System;
using System.IO;
using System.Net;

static class Fetch
{
    static int Main(string[] arguments)
    {
        var request = (HttpWebRequest)WebRequest.Create(arguments[0]);
        request.Timeout = 30000;
        try
        {
            using (var answer = request.GetResponse())
            using (var page = new StreamReader(answer.GetResponseStream()))
                Console.WriteLine(page.ReadToEnd());
            return 0;
        }
        catch (WebException failure)
        {
            Console.Error.WriteLine(failure.Status + ": " + failure.Message);
            return 1;
        }
    }
}
