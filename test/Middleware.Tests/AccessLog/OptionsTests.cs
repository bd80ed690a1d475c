using System.IO.Enumeration;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Middleware.Tests.AccessLog;

public sealed class OptionsTests
{
    [Fact]
    public void Add_EveryKey_Bound()
    {
        var options = Bind("""
            {
              "Format": "{status}", "Stdout": true, "Logger": true, "QueueSize": 5000, "Level": "Debug", "ClientErrorLevel": "none", "ServerErrorLevel": "Error", "ExcludePaths": [ "/health", "/live" ], "Overflow": "wait", "FlushInterval": "00:00:02",
              "File": { "Path": "/tmp/access.log", "MaxSize": 10000000000, "Daily": true, "Keep": 3 },
              "KnownProxies": [ "10.0.0.0/8", "::1" ], "ForwardedHeader": "X-Client", "RedactQuery": "a;b", "RedactHeaders": [ "X-A" ]
            }
            """);

        Assert.Equal("{status}", options.Format);
        Assert.True(options.Stdout && options.Logger && options.File.Daily);
        Assert.Equal((5000, AccessLogOverflow.Wait, TimeSpan.FromSeconds(2)), (options.QueueSize, options.Overflow, options.FlushInterval));
        Assert.Equal(("/tmp/access.log", 10_000_000_000, 3), (options.File.Path, options.File.MaxSize, options.File.Keep));
        Assert.Equal(["10.0.0.0/8", "::1"], options.KnownProxies);
        Assert.Equal((LogLevel.Debug, LogLevel.None, LogLevel.Error), (options.Level, options.ClientErrorLevel, options.ServerErrorLevel));
        Assert.Equal(["/health", "/live"], options.ExcludePaths);
        Assert.Equal("X-Client", options.ForwardedHeader);
        Assert.Equal(["a", "b"], options.RedactQuery);
        Assert.Equal(["X-A"], options.RedactHeaders);
    }

    [Theory]
    [InlineData("""{ "Format": "Nonsense" }""", "Format is 'Nonsense': use Common, Combined, Json, or a template *.")]
    [InlineData("""{ "Format": "" }""", "Format is '': use Common, *")]
    [InlineData("""{ "Format": "a {remotee}" }""", "Format is 'a {remotee}': use at position 3, in place of '{remotee}', one of bytes, *")]
    [InlineData("""{ "Format": "{status" }""", "Format is '{status': use a '}' for the '{' at position 1.")]
    [InlineData("""{ "Format": "{status} }" }""", "Format is '{status} }': use '}}' at position 10 for a brace, or a '{' before it.")]
    [InlineData("""{ "Format": "{}{status}" }""", "Format is '{}{status}': use at position 1, in place of '{}', *")]
    [InlineData("""{ "Format": "{header:}" }""", "Format is '{header:}': use at position 1, *")]
    [InlineData("""{ "Format": "{header:A B}" }""", "Format is '{header:A B}': use at position 1, *")]
    [InlineData("""{ "Format": "{status}\n" , "x": 1 }""", "x is not an option: *")]
    [InlineData("""{ "Format": "{status}\n{bytes}" }""", "Format is '{status} {bytes}': use another character at position 9, *")]
    [InlineData("""{ "QueueSize": 100 }""", "QueueSize is 100: use 4096 or more (bytes).")]
    [InlineData("""{ "QueueSize": "1 MB" }""", "QueueSize is '1 MB': use a number of bytes.")]
    [InlineData("""{ "Overflow": "Block" }""", "Overflow is 'Block': use Drop or Wait.")]
    [InlineData("""{ "Level": "Loud" }""", "Level is 'Loud': use Trace, Debug, Information, Warning, Error, Critical or None.")]
    [InlineData("""{ "ServerErrorLevel": "4" }""", "ServerErrorLevel is '4': use Trace, Debug, Information, Warning, Error, Critical or None.")]
    [InlineData("""{ "ExcludePaths": [ "health" ] }""", "ExcludePaths has 'health': use paths such as '/health', without a slash at the end.")]
    [InlineData("""{ "KnownProxies": [ "10.1" ] }""", "KnownProxies has '10.1': use addresses such as '10.1.2.3', networks such as '10.0.0.0/8', or 'unix'.")]
    [InlineData("""{ "Overflow": "1" }""", "Overflow is '1': use Drop or Wait.")]
    [InlineData("""{ "FlushInterval": "00:02:00" }""", "FlushInterval is 00:02:00: use 00:00:00 to 00:01:00.")]
    [InlineData("""{ "KnownProxies": [ "10.0.0.0/33" ] }""", "KnownProxies has '10.0.0.0/33': *")]
    [InlineData("""{ "KnownProxies": [ "proxy" ] }""", "KnownProxies has 'proxy': *")]
    [InlineData("""{ "ForwardedHeader": "A B" }""", "ForwardedHeader is 'A B': use a field such as 'X-Forwarded-For'.")]
    [InlineData("""{ "File": { "Path": "/no/such/dir/a.log" } }""", "File:Path is '/no/such/dir/a.log': use a file in a directory that exists.")]
    [InlineData("""{ "File": { "Path": "/tmp" } }""", "File:Path is '/tmp': use a file *")]
    [InlineData("""{ "File": { "Path": "" } }""", "File:Path is '': use a file *")]
    [InlineData("""{ "File": { "MaxSize": 1 } }""", "File:MaxSize is 1: use 4096 or more (bytes).")]
    [InlineData("""{ "File": { "Keep": 0 } }""", "File:Keep is 0: use 1 or more (files).")]
    public void Create_Wrong_OneLineNamesKeyAndRemedy(string section, string message)
    {
        var error = Assert.Throws<OptionsValidationException>(() => Bind(section));

        var line = Assert.Single(error.Failures);
        Assert.True(FileSystemName.MatchesSimpleExpression($"{AeronetAccessLogOptions.SectionName}:{message}", line), line);
    }

    private static AeronetAccessLogOptions Bind(string section)
    {
        using var json = new MemoryStream(Encoding.UTF8.GetBytes($$"""{ "Aeronet": { "AccessLog": {{section}} } }"""));
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddJsonStream(json).Build());
        services.AddAeronetAccessLog();
        using var provider = services.BuildServiceProvider();
        return provider.GetRequiredService<IOptions<AeronetAccessLogOptions>>().Value;
    }
}
