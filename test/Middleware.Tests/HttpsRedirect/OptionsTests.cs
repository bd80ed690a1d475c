using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.Middleware.Tests.HttpsRedirect;

public sealed class OptionsTests
{
    private const string Prefix = AeronetHttpsRedirectOptions.SectionName + ":";

    [Fact]
    public void Add_EveryKey_Bound()
    {
        var options = Bind("""
            {
              "host": "www.example.com", "HttpsPort": 8443, "PortMap": { "8080": 9443 }, "StatusCode": 307,
              "AllowAcmeChallenge": false, "Hsts": { "MaxAge": "730.00:00:00", "IncludeSubDomains": true, "Preload": true }
            }
            """);

        Assert.Equal("www.example.com", options.Host);
        Assert.Equal(8443, options.HttpsPort);
        Assert.Equal(new Dictionary<int, int> { [8080] = 9443 }, options.PortMap);
        Assert.Equal(307, options.StatusCode);
        Assert.False(options.AllowAcmeChallenge);
        Assert.Equal(TimeSpan.FromDays(730), options.Hsts.MaxAge);
        Assert.True(options.Hsts.IncludeSubDomains);
        Assert.True(options.Hsts.Preload);
    }

    [Theory]
    [InlineData("""{ "AllowedHosts": [ "a.example", "*.b.example" ] }""")]
    [InlineData("""{ "AllowedHosts": "a.example; *.b.example" }""")]
    public void Add_AllowedHosts_ArrayOrText(string section) => Assert.Equal(["a.example", "*.b.example"], Bind(section).AllowedHosts);

    [Theory]
    [InlineData("{}")]
    [InlineData("""{ "Host": null, "AllowedHosts": [], "HttpsPort": null, "PortMap": {}, "StatusCode": null, "Hsts": {} }""")]
    public void Add_NothingSet_Defaults(string section)
    {
        var options = Bind(section);

        Assert.Null(options.Host);
        Assert.Empty(options.AllowedHosts);
        Assert.Null(options.HttpsPort);
        Assert.Empty(options.PortMap);
        Assert.Equal(308, options.StatusCode);
        Assert.True(options.AllowAcmeChallenge);
        Assert.Null(options.Hsts.MaxAge);
    }

    [Theory]
    [InlineData("""{ "HttpsPort": "https" }""", "HttpsPort is 'https': use a port.")]
    [InlineData("""{ "HttpsPort": "" }""", "HttpsPort is '': use a port.")]
    [InlineData("""{ "HttpsPort": 80 }""", "HttpsPort is 80: use 1 to 65535, and not 80, which is the port of http.")]
    [InlineData("""{ "HttpsPort": 70000 }""", "HttpsPort is 70000: use 1 to 65535, and not 80, which is the port of http.")]
    [InlineData("""{ "HttpsPort": { "Port": 1 } }""", "HttpsPort is not one value: use a port.")]
    [InlineData("""{ "StatusCode": 303 }""", "StatusCode is 303: use 301, 302, 307 or 308.")]
    [InlineData("""{ "StatusCode": "Found" }""", "StatusCode is 'Found': use 301, 302, 307 or 308.")]
    [InlineData("""{ "AllowAcmeChallenge": 1 }""", "AllowAcmeChallenge is '1': use true or false.")]
    [InlineData("""{ "PortMap": { "8080": 0 } }""", "PortMap:8080 is 0: use 1 to 65535, and another than the http port.")]
    [InlineData("""{ "PortMap": { "8080": 8080 } }""", "PortMap:8080 is 8080: use 1 to 65535, and another than the http port.")]
    [InlineData("""{ "PortMap": { "0": 443 } }""", "PortMap:0 is not for a port: use 1 to 65535.")]
    [InlineData("""{ "PortMap": { "http": 443 } }""", "PortMap has 'http': use http ports with their https ports, such as *.")]
    [InlineData("""{ "PortMap": { "80": "https" } }""", "PortMap:80 is 'https': use http ports with their https ports, such as *.")]
    [InlineData("""{ "PortMap": 443 }""", "PortMap is '443': use http ports with their https ports, such as *.")]
    [InlineData("""{ "Host": "https://example.com" }""", "Host is 'https://example.com': *, without scheme, port and path.")]
    [InlineData("""{ "Host": "example.com:8443" }""", "Host is 'example.com:8443': *")]
    [InlineData("""{ "Host": "*.example.com" }""", "Host is '*.example.com': *")]
    [InlineData("""{ "Host": "*" }""", "Host is '*': *")]
    [InlineData("""{ "Host": "" }""", "Host is '': *")]
    [InlineData("""{ "Host": "a\r\nb" }""", "Host is 'a  b': *")]
    [InlineData("""{ "Host": "bücher.example" }""", "Host is 'bücher.example': *; in ASCII it is 'xn--bcher-kva.example'.")]
    [InlineData("""{ "Host": "a.example", "AllowedHosts": "b.example" }""", "AllowedHosts is set beside Host, *: remove one of them.")]
    [InlineData("""{ "AllowedHosts": [ "a.example:80" ] }""", "AllowedHosts has 'a.example:80': *")]
    [InlineData("""{ "AllowedHosts": [ "http://a.example" ] }""", "AllowedHosts has 'http://a.example': *")]
    [InlineData("""{ "AllowedHosts": [ "a.*.example" ] }""", "AllowedHosts has 'a.*.example': *")]
    [InlineData("""{ "AllowedHosts": [ "*.192.0.2.1" ] }""", "AllowedHosts has '*.192.0.2.1': *")]
    [InlineData("""{ "AllowedHosts": [ "*." ] }""", "AllowedHosts has '*.': *")]
    [InlineData("""{ "AllowedHosts": [ "*.bücher.example" ] }""", "AllowedHosts has '*.bücher.example': *'*.xn--bcher-kva.example'.")]
    [InlineData("""{ "AllowedHosts": [ { "Name": "a" } ] }""", "AllowedHosts:0 is not one value: *")]
    [InlineData("""{ "Hsts": { "MaxAge": "365" } }""", "Hsts:MaxAge is '365': use a time such as 365.00:00:00 (*).")]
    [InlineData("""{ "Hsts": { "MaxAge": "-00:00:01" } }""", "Hsts:MaxAge is -00:00:01: use 00:00:00 to 3650.00:00:00.")]
    [InlineData("""{ "Hsts": { "MaxAge": "3651.00:00:00" } }""", "Hsts:MaxAge is 3651.00:00:00: use *")]
    [InlineData("""{ "Hsts": { "IncludeSubDomains": true } }""", "Hsts:IncludeSubDomains is True: set *:Hsts:MaxAge, *")]
    [InlineData("""{ "Hsts": { "MaxAge": "1.00:00:00", "IncludeSubDomains": true, "Preload": true } }""", "Hsts:Preload is True: set *")]
    [InlineData("""{ "Hsts": { "MaxAge": "365.00:00:00", "Preload": true } }""", "Hsts:Preload is True: set *")]
    [InlineData("""{ "Hsts": true }""", "Hsts is 'True': use a section with MaxAge, IncludeSubDomains, Preload.")]
    [InlineData("""{ "Hsts": { "MaxAg": "1" } }""", "Hsts:MaxAg is not an option: did you mean MaxAge?")]
    [InlineData("""{ "Hsts": { "Seconds": "1" } }""", "Hsts:Seconds is not an option: remove it or use one of MaxAge, *.")]
    [InlineData("""{ "RedirectStatusCode": 308 }""", "RedirectStatusCode is not an option: * use one of Host, *, Hsts.")]
    public void Use_WrongValue_OneLineNamesKeyValueAndRemedy(string section, string message)
    {
        var failure = Assert.Throws<OptionsValidationException>(() =>
        {
            using var app = Build(section);
            app.UseAeronetHttpsRedirect();
        });

        var pattern = "^" + Regex.Escape(Prefix + message).Replace("\\*", ".*", StringComparison.Ordinal) + "$";
        Assert.Matches(pattern, Assert.Single(failure.Failures));
    }

    [Fact]
    public void Use_SectionIsText_Named()
    {
        var failure = Assert.Throws<OptionsValidationException>(() =>
        {
            using var app = Build("true");
            app.UseAeronetHttpsRedirect();
        });

        Assert.StartsWith("Aeronet:HttpsRedirect is 'True': use a section with Host, ", failure.Message);
    }

    [Fact]
    public void Use_SeveralWrong_AllNamed()
    {
        var failure = Assert.Throws<OptionsValidationException>(
            () => Bind("""{ "HttpsPort": "x", "StatusCode": "y", "Z": 1, "Hsts": { "W": 1 } }"""));

        Assert.Equal(4, failure.Failures.Count());
    }

    [Fact]
    public void Use_FrameworkPortIsNone_Named()
    {
        var failure = Assert.Throws<OptionsValidationException>(() =>
        {
            using var app = Build("{}", builder => builder.Configuration["HTTPS_PORT"] = "https");
            app.UseAeronetHttpsRedirect();
        });

        Assert.Equal("HTTPS_PORT is 'https': use 1 to 65535, or set Aeronet:HttpsRedirect:HttpsPort instead.", failure.Message);
    }

    [Fact]
    public async Task Add_WrongValueInCode_FailsTheStart()
    {
        await using var app = Build("{}", builder => builder.Services.AddAeronetHttpsRedirect(o => o.StatusCode = 200));

        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => app.StartAsync());

        Assert.Equal("Aeronet:HttpsRedirect:StatusCode is 200: use 301, 302, 307 or 308.", failure.Message);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Use_ChangedInCode_AfterConfiguration(bool added)
    {
        await using var app = Build("""{ "HttpsPort": 1, "StatusCode": 302 }""", builder =>
        {
            if (added)
                builder.Services.AddAeronetHttpsRedirect().AddAeronetHttpsRedirect(o => o.HttpsPort = 8443);
            else
                builder.Services.Configure<AeronetHttpsRedirectOptions>(o => o.HttpsPort = 8443);
        });
        app.UseAeronetHttpsRedirect();
        await app.StartAsync();

        using var response = await app.GetTestClient().GetAsync("/x");

        Assert.Equal(302, (int)response.StatusCode);
        Assert.Equal("https://localhost:8443/x", response.Location());
    }

    [Fact]
    public void Extensions_Null_Refused()
    {
        Assert.Throws<ArgumentNullException>(() => AeronetHttpsRedirectApplicationBuilderExtensions.UseAeronetHttpsRedirect(null!));
        Assert.Throws<ArgumentNullException>(() => AeronetHttpsRedirectServiceCollectionExtensions.AddAeronetHttpsRedirect(null!));
        Assert.Throws<ArgumentNullException>(() => new ServiceCollection().AddAeronetHttpsRedirect(null!));
    }

    private static AeronetHttpsRedirectOptions Bind(string section)
    {
        using var app = Build(section, builder => builder.Services.AddAeronetHttpsRedirect());
        return app.Services.GetRequiredService<IOptions<AeronetHttpsRedirectOptions>>().Value;
    }

    private static WebApplication Build(string section, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = ["--hostBuilder:reloadConfigOnChange=false"] });
        builder.Logging.ClearProviders();
        builder.WebHost.UseTestServer();
        var json = $$"""{ "Aeronet": { "HttpsRedirect": {{section}} } }""";
        builder.Configuration.AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json)));
        configure?.Invoke(builder);
        return builder.Build();
    }
}
