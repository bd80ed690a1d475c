using System.Text;
using Aeronet.AspNetCore.Middleware.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.Middleware.Tests.Cors;

public sealed class OptionsTests
{
    [Fact]
    public void Add_EveryKey_Bound()
    {
        var options = Bind("""
            {
              "default": { "Origins": "https://a.example" },
              "Policies": { "spa": {
                "Origins": [ "http://*.b.example:*" ], "Credentials": true, "Methods": [ "PUT" ], "RequestHeaders": "X-A;X-B",
                "ExposedHeaders": [ "ETag" ], "MaxAge": "1.00:00:00", "PrivateNetwork": true, "TimingOrigins": [ "*" ],
                "DangerousInsecureOrigins": true, "DangerousPublicSuffixes": true } },
              "ExplainFailures": false
            }
            """);
        var policy = options.Policies["SPA"];

        Assert.Equal(["https://a.example"], options.Default?.Origins);
        Assert.False(options.ExplainFailures);
        Assert.Equal(["http://*.b.example:*"], policy.Origins);
        Assert.Equal(["PUT"], policy.Methods);
        Assert.Equal(["X-A", "X-B"], policy.RequestHeaders);
        Assert.Equal(["ETag"], policy.ExposedHeaders);
        Assert.Equal(["*"], policy.TimingOrigins);
        Assert.Equal(TimeSpan.FromDays(1), policy.MaxAge);
        Assert.True(policy.Credentials && policy.PrivateNetwork);
        Assert.True(policy.DangerousInsecureOrigins && policy.DangerousPublicSuffixes);
    }

    [Fact]
    public void Add_NothingSet_NoPolicies()
    {
        var options = Bind("{}");

        Assert.Null(options.Default);
        Assert.Empty(options.Policies);
        Assert.Null(options.ExplainFailures);
    }

    [Theory]
    [InlineData("""{}""", AeronetCorsErrorKind.Contradiction, "Origins", "name an origin")]
    [InlineData("""{ "Origins": [ "*" ], "Credentials": true }""", AeronetCorsErrorKind.AnyOriginWithCredentials, "Origins", "name the origins")]
    [InlineData("""{ "Origins": [ "*", "https://a.example" ] }""", AeronetCorsErrorKind.Contradiction, "Origins", "remove it")]
    [InlineData("""{ "Origins": [ "null" ], "Credentials": true }""", AeronetCorsErrorKind.NullOriginWithCredentials, "Origins", "remove it")]
    [InlineData("""{ "Origins": "https://*.com", "Credentials": true }""", AeronetCorsErrorKind.PublicSuffixWithCredentials, "Origins", "*'com'*")]
    [InlineData("""{ "Origins": "https://*.co.uk:*", "Credentials": true }""", AeronetCorsErrorKind.PublicSuffixWithCredentials, "Origins", "*'co.uk'*")]
    [InlineData("""{ "Origins": "https://*.github.io", "Credentials": true }""", AeronetCorsErrorKind.PublicSuffixWithCredentials, "Origins", "*")]
    [InlineData("""{ "Origins": "http://a.example", "Credentials": true }""", AeronetCorsErrorKind.InsecureOriginWithCredentials, "Origins", "use https")]
    [InlineData("""{ "Origins": "ws://a.example", "Credentials": true }""", AeronetCorsErrorKind.InsecureOriginWithCredentials, "Origins", "use https")]
    [InlineData("""{ "Origins": "ftp://a.example", "Credentials": true }""", AeronetCorsErrorKind.InsecureOriginWithCredentials, "Origins", "use https")]
    [InlineData("""{ "Origins": "https://a.example/" }""", AeronetCorsErrorKind.OriginWithPath, "Origins", "use 'https://a.example'")]
    [InlineData("""{ "Origins": "https://a.example/path" }""", AeronetCorsErrorKind.OriginWithPath, "Origins", "use 'https://a.example'")]
    [InlineData("""{ "Origins": "https://a.example:443" }""", AeronetCorsErrorKind.DefaultPort, "Origins", "use 'https://a.example'")]
    [InlineData("""{ "Origins": "garbage" }""", AeronetCorsErrorKind.InvalidOrigin, "Origins", "use an origin")]
    [InlineData("""{ "Origins": "https://bücher.example" }""", AeronetCorsErrorKind.NotAsSerialized, "Origins", "use 'https://xn--bcher-kva.example'")]
    [InlineData("""{ "Origins": "https://*" }""", AeronetCorsErrorKind.InvalidWildcard, "Origins", "use '*' alone")]
    [InlineData("""{ "Origins": "*", "Methods": [ "A B" ] }""", AeronetCorsErrorKind.InvalidMethod, "Methods", "use a method")]
    [InlineData("""{ "Origins": "*", "Methods": [ "patch" ] }""", AeronetCorsErrorKind.InvalidMethod, "Methods", "use 'PATCH'")]
    [InlineData("""{ "Origins": "*", "Methods": [ "Trace" ] }""", AeronetCorsErrorKind.ForbiddenMethod, "Methods", "remove it")]
    [InlineData("""{ "Origins": "*", "Methods": [ "CONNECT" ] }""", AeronetCorsErrorKind.ForbiddenMethod, "Methods", "remove it")]
    [InlineData("""{ "Origins": "*", "RequestHeaders": [ "X A" ] }""", AeronetCorsErrorKind.InvalidHeader, "RequestHeaders", "use a field")]
    [InlineData("""{ "Origins": "*", "RequestHeaders": [ "cookie" ] }""", AeronetCorsErrorKind.ForbiddenHeader, "RequestHeaders", "remove it")]
    [InlineData("""{ "Origins": "*", "RequestHeaders": [ "Sec-Fetch" ] }""", AeronetCorsErrorKind.ForbiddenHeader, "RequestHeaders", "remove it")]
    [InlineData("""{ "Origins": "*", "RequestHeaders": [ "Access-Control-Allow-Origin" ] }""", AeronetCorsErrorKind.ForbiddenHeader, "RequestHeaders", "*")]
    [InlineData("""{ "Origins": "*", "ExposedHeaders": [ "Set-Cookie" ] }""", AeronetCorsErrorKind.ForbiddenHeader, "ExposedHeaders", "remove it")]
    [InlineData("""{ "Origins": "*", "ExposedHeaders": [ "é" ] }""", AeronetCorsErrorKind.InvalidHeader, "ExposedHeaders", "use a field")]
    [InlineData("""{ "Origins": "https://a.example", "Credentials": true, "ExposedHeaders": "*" }""", AeronetCorsErrorKind.AnyHeaderWithCredentials, "ExposedHeaders", "name the fields")]
    [InlineData("""{ "Origins": "*", "MaxAge": "1.00:00:01" }""", AeronetCorsErrorKind.InvalidMaxAge, "MaxAge", "use 00:00:00 to 1.00:00:00 (86400 s)")]
    [InlineData("""{ "Origins": "*", "MaxAge": "-00:00:01" }""", AeronetCorsErrorKind.InvalidMaxAge, "MaxAge", "*")]
    [InlineData("""{ "Origins": "*", "MaxAge": "00:00:00.5" }""", AeronetCorsErrorKind.InvalidMaxAge, "MaxAge", "*in whole seconds*")]
    [InlineData("""{ "Origins": "*", "TimingOrigins": "https://*.a.example" }""", AeronetCorsErrorKind.InvalidWildcard, "TimingOrigins", "name each origin")]
    [InlineData("""{ "Origins": "*", "TimingOrigins": "a" }""", AeronetCorsErrorKind.InvalidOrigin, "TimingOrigins", "use an origin")]
    public void Create_WrongPolicy_TypedErrorNamesKeyAndRemedy(string policy, AeronetCorsErrorKind kind, string key, string remedy)
    {
        var exception = Assert.Throws<AeronetCorsOptionsException>(() => Bind($$"""{ "Policies": { "spa": {{Filled(policy)}} } }"""));

        var error = Assert.Single(exception.Errors);
        Assert.Equal(kind, error.Kind);
        Assert.Equal($"Aeronet:Cors:Policies:spa:{key}", error.Key);
        Assert.True(
            System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(remedy.Replace("*' alone", "\\*' alone") + "*", error.Remedy),
            error.Remedy);
        Assert.Equal($"{error.Key} has '{error.Value}': {error.Remedy}.", exception.Message);
    }

    [Theory]
    [InlineData("""{ "Origins": "null" }""")]
    [InlineData("""{ "Origins": "https://*.com" }""")]
    [InlineData("""{ "Origins": "http://a.example" }""")]
    [InlineData("""{ "Origins": "https://*.example.com", "Credentials": true }""")]
    [InlineData("""{ "Origins": "https://a.github.io", "Credentials": true }""")]
    [InlineData("""{ "Origins": "https://github.io", "Credentials": true }""")]
    [InlineData("""{ "Origins": "http://localhost:*;http://127.0.0.2:1;http://[::1]:*;http://a.localhost", "Credentials": true }""")]
    [InlineData("""{ "Origins": "http://*.localhost:*", "Credentials": true }""")]
    [InlineData("""{ "Origins": "chrome-extension://abc;moz-extension://3a7c-1;safari-web-extension://3A7C-1", "Credentials": true }""")]
    [InlineData("""{ "Origins": "app://obsidian.md;capacitor://localhost;com.example.app://home;wss://a.example", "Credentials": true }""")]
    [InlineData("""{ "Origins": "https://*.com", "Credentials": true, "DangerousPublicSuffixes": true }""")]
    [InlineData("""{ "Origins": "http://a.example", "Credentials": true, "DangerousInsecureOrigins": true }""")]
    [InlineData("""{ "Origins": "*", "MaxAge": "1.00:00:00" }""")]
    [InlineData("""{ "Origins": "*", "Methods": "*", "RequestHeaders": "*;Authorization", "ExposedHeaders": "*" }""")]
    public void Create_RightPolicy_Taken(string policy) => Assert.NotNull(Bind($$"""{ "Default": {{policy}} }""").Default);

    [Theory]
    [InlineData("""{ "Default": { "Origin": "*" } }""", "Aeronet:Cors:Default:Origin is not an option: *")]
    [InlineData("""{ "Polices": {} , "Policies": { "a": { "Origins": "*", "X": 1 } } }""", "Aeronet:Cors:Policies:a:X is not an option: *")]
    [InlineData("""{ "Policies": { "a": "*" } }""", "Aeronet:Cors:Policies:a is '*': use a section with *")]
    [InlineData("""{ "Policies": 1 }""", "Aeronet:Cors:Policies is '1': use policies by name.")]
    [InlineData("""{ "Default": { "Origins": "*", "Credentials": "yes" } }""", "Aeronet:Cors:Default:Credentials is 'yes': use true or false.")]
    [InlineData("""{ "Default": { "Origins": "*", "MaxAge": "86400" } }""", "Aeronet:Cors:Default:MaxAge is '86400': use a time *")]
    public void Create_UnreadableKey_Named(string section, string message)
    {
        var exception = Assert.Throws<OptionsValidationException>(() => Bind(section));

        Assert.Contains(
            exception.Failures, line => System.IO.Enumeration.FileSystemName.MatchesSimpleExpression(message, line));
    }

    [Fact]
    public async Task Start_WrongPolicy_DoesNotStart()
    {
        var error = await Assert.ThrowsAsync<AeronetCorsOptionsException>(
            () => CorsSite.StartAsync(ServerKind.Aeronet, app => app.UseRouting(), ("Origins", "https://a.example/")));

        Assert.Equal("Aeronet:Cors:Default:Origins", Assert.Single(error.Errors).Key);
    }

    private static string Filled(string policy) => policy == "{}" ? """{ "Credentials": false }""" : policy;

    private static AeronetCorsOptions Bind(string section)
    {
        using var json = new MemoryStream(Encoding.UTF8.GetBytes($$"""{ "Aeronet": { "Cors": {{section}} } }"""));
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddJsonStream(json).Build());
        services.AddAeronetCors().AddAeronetCors();
        using var provider = services.BuildServiceProvider();
        return provider.GetRequiredService<IOptions<AeronetCorsOptions>>().Value;
    }
}
