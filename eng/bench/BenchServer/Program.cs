// The server that measurements run against: the same endpoints over Kestrel's own transport and over Aeronet's.
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Aeronet.AspNetCore.Transport;
using BenchServer;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Options;

BenchArguments arguments;
X509Certificate2? certificate = null;
try
{
    arguments = BenchArguments.Parse(args);
    if (arguments.HttpsPort is not null)
    {
        certificate = X509Certificate2.CreateFromPemFile(arguments.CertificatePath!, arguments.KeyPath);
    }
}
catch (Exception e) when (e is ArgumentException or CryptographicException)
{
    await Console.Error.WriteLineAsync($"BenchServer: {e.Message.TrimEnd('.')}. Usage: {BenchArguments.Usage}");
    return 2;
}

var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
{
    ContentRootPath = AppContext.BaseDirectory,
    EnvironmentName = Environments.Production,
});
builder.Logging.ClearProviders();
builder.WebHost.UseKestrelHttpsConfiguration();
builder.WebHost.ConfigureKestrel(kestrel =>
{
    kestrel.Limits.MaxRequestBodySize = null;
    if (arguments.HttpPort is { } http)
    {
        kestrel.Listen(IPAddress.Loopback, http);
    }

    if (arguments.HttpsPort is { } https)
    {
        kestrel.Listen(IPAddress.Loopback, https, endpoint => _ = arguments.Aeronet ? endpoint.UseAeronetTls(certificate!) : endpoint.UseHttps(certificate!));
    }
});

if (arguments.Aeronet)
{
    builder.WebHost.UseAeronetTransport(transport =>
    {
        if (arguments.Inline)
        {
            transport.Dispatch = DispatchMode.Inline;
        }

        if (arguments.Loops is { } loops)
        {
            transport.EventLoops = loops;
        }
    });
}
else
{
    builder.WebHost.UseSockets(transport => transport.UnsafePreferInlineScheduling = arguments.Inline);
}

if (arguments.AccessLogPath is not null)
{
    builder.Services.AddAeronetAccessLog(log => log.File.Path = Path.GetFullPath(arguments.AccessLogPath));
}

if (arguments.ParserDiagnostics)
{
    builder.Services.AddAeronetParserDiagnostics();
}

var app = builder.Build();
if (arguments.AccessLogPath is not null)
{
    app.UseAeronetAccessLog();
}

app.Use(Endpoints.Answer);
if (arguments.FilesRoot is { } root)
{
    if (arguments.Aeronet)
    {
        app.UseAeronetStaticFiles(files =>
        {
            files.Root = root;
            files.RequestPath = "/files";
        });
    }
    else
    {
        app.UseStaticFiles(new StaticFileOptions
        {
            FileProvider = new PhysicalFileProvider(root),
            RequestPath = "/files",
            ServeUnknownFileTypes = true,
        });
    }
}

app.UseWebSockets();
if (arguments.Dashboard)
{
    // Routing comes after what is measured, so that the difference is what the dashboard's meters cost.
    app.UseRouting();
    app.MapAeronetDashboard().AllowAnonymous();
}

app.Use(Endpoints.AnswerWebSocket);

try
{
    await app.RunAsync();
    return 0;
}
catch (Exception e) when (e is IOException or SocketException or OptionsValidationException)
{
    await Console.Error.WriteLineAsync($"BenchServer: {e.Message}");
    return 1;
}
