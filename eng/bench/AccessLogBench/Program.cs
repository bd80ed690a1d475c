// What a line of the access log costs: the CPU time of this process for requests that pass the middleware and nothing else, written to
// a file, less that of the same requests without the middleware; all threads, once the compiler is done with the code. A line a round.
// Usage: AccessLogBench [FORMAT [REQUESTS [ROUNDS]]]
using System.Globalization;
using System.Net;
using AccessLogBench;
using Microsoft.AspNetCore.Http.Features;

var format = args.Length > 0 ? args[0] : "Combined";
var requests = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 2_000_000;
var rounds = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 3;
for (var round = 0; round < rounds; round++)
{
    var path = Path.GetTempFileName();
    try
    {
        var (without, _) = await MeasureAsync(null);
        var (with, bytes) = await MeasureAsync(path);
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{format}: {with - without:0.000} us CPU a request ({with:0.000} with, {without:0.000} without), {bytes} bytes a line"));
    }
    finally
    {
        File.Delete(path);
    }
}

async Task<(double Microseconds, long Bytes)> MeasureAsync(string? log)
{
    var builder = WebApplication.CreateSlimBuilder();
    builder.Logging.ClearProviders();
    builder.WebHost.UseUrls("http://127.0.0.1:0");
    builder.Services.AddAeronetAccessLog(options =>
    {
        options.Format = format;
        options.File.Path = log;
        options.Overflow = Aeronet.AspNetCore.Middleware.AccessLogOverflow.Wait;
    });
    await using var app = builder.Build();
    if (log is not null)
    {
        app.UseAeronetAccessLog();
    }

    app.Run(_ => Task.CompletedTask);
    await app.StartAsync();
    var pipeline = ((IApplicationBuilder)app).Build();
    var response = new CompletableResponse();
    var context = CreateContext(response);
    for (var tier = 0; tier < 4; tier++)
    {
        // Code that ran often is compiled anew in the background, 100 ms after the last of it began.
        await PassAsync(100_000);
        await Task.Delay(300);
    }

    var before = Environment.CpuUsage.TotalTime;
    await PassAsync(requests);

    // Stopping writes what is left.
    await app.StopAsync();
    var spent = Environment.CpuUsage.TotalTime - before;
    return (spent.TotalMicroseconds / requests, log is null ? 0 : new FileInfo(log).Length / (requests + 400_000));

    async Task PassAsync(int count)
    {
        for (var i = 0; i < count; i++)
        {
            await pipeline(context);
            await response.CompleteAsync();
        }
    }
}

static DefaultHttpContext CreateContext(IHttpResponseFeature response)
{
    var context = new DefaultHttpContext();
    context.Features.Set(response);
    context.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(Stream.Null));
    context.Connection.RemoteIpAddress = IPAddress.Loopback;
    context.Request.Method = "GET";
    context.Request.Scheme = "http";
    context.Request.Protocol = "HTTP/1.1";
    context.Request.Path = "/api/orders/12345";
    context.Request.QueryString = new QueryString("?page=2&sort=name");
    context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget = "/api/orders/12345?page=2&sort=name";
    context.Request.Headers.Host = "www.example.com";
    context.Request.Headers.Referer = "https://www.example.com/orders";
    context.Request.Headers.UserAgent = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0";
    return context;
}
