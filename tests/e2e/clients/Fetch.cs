// Prints one page, fetched the way the integration runtime does: HttpWebRequest, with the proxy of Fetch.exe.config.
using System;
using System.IO;
using System.Net;

static class Fetch
{
    static void Main(string[] arguments)
    {
        var request = (HttpWebRequest)WebRequest.Create(arguments[0]);
        request.Timeout = 30000;
        using (var answer = request.GetResponse())
        using (var page = new StreamReader(answer.GetResponseStream()))
            Console.WriteLine(page.ReadToEnd());
    }
}
