// Serves a directory over the Aeronet transport. Everything is set in appsettings.json, by environment variables
// (Aeronet__StaticFiles__Root=/srv/www) or on the command line (--Aeronet:StaticFiles:Root=/srv/www --Urls=http://*:8080).
// The https addresses of Urls get the transport's TLS. Directories without an index.html are listed, which the library does only where
// Aeronet:StaticFiles:DirectoryIndex:Enabled says so: who starts a server for a directory means to show what is in it.
using System.Net.Sockets;
using Microsoft.Extensions.Options;

string? urls = null;
try
{
    var builder = WebApplication.CreateBuilder(new WebApplicationOptions
    {
        Args = args,
        ContentRootPath = AppContext.BaseDirectory,
    });
    builder.WebHost.UseAeronetTransport();
    builder.WebHost.ConfigureKestrel(kestrel => HttpsAddresses.UseAeronetTls(kestrel, builder.Configuration[WebHostDefaults.ServerUrlsKey]));

    var app = builder.Build();
    app.UseAeronetStaticFiles();
    urls = app.Configuration[WebHostDefaults.ServerUrlsKey] ?? "the endpoints of section Kestrel";
    await app.RunAsync();
    return 0;
}
catch (OptionsValidationException e)
{
    foreach (var failure in e.Failures)
    {
        await Console.Error.WriteLineAsync($"FileServer: {failure}");
    }

    return 1;
}
catch (SocketException e)
{
    await Console.Error.WriteLineAsync($"FileServer: cannot listen on {urls}: {e.Message}");
    return 1;
}
catch (InvalidDataException e)
{
    await Console.Error.WriteLineAsync($"FileServer: {e.Message} {e.GetBaseException().Message}");
    return 1;
}
catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidOperationException or FormatException or ArgumentException)
{
    // An occupied port, a value of the wrong type: the message says which; a stack trace would not help.
    await Console.Error.WriteLineAsync($"FileServer: {e.Message.ReplaceLineEndings(" ")}");
    return 1;
}
