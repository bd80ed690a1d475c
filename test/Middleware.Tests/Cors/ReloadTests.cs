using Aeronet.AspNetCore.Middleware.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aeronet.AspNetCore.Middleware.Tests.Cors;

public sealed class ReloadTests
{
    private const string Before = "https://before.example";
    private const string After = "https://after.example";

    [Fact]
    public async Task Reload_RightThenWrong_RightStaysInForce()
    {
        var file = Path.Combine(Directory.CreateTempSubdirectory("aeronet-cors-").FullName, "cors.json");
        Write(Before);
        await using var site = await TestSite.StartAsync(ServerKind.Aeronet, new SiteOptions
        {
            Builder = builder =>
            {
                builder.Configuration.AddJsonFile(file, optional: false, reloadOnChange: false);
                builder.Services.AddAeronetCors();
            },
            App = app => app.UseAeronetCors("named"),
        });
        var configuration = (IConfigurationRoot)site.Host.Services.GetRequiredService<IConfiguration>();
        Assert.True(await IsAllowedAsync(Before));

        Write(After);
        configuration.Reload();
        Assert.False(await IsAllowedAsync(Before));
        Assert.True(await IsAllowedAsync(After));

        Write(After + "/");
        configuration.Reload();
        Assert.True(await IsAllowedAsync(After));

        await File.WriteAllTextAsync(file, "{}");
        configuration.Reload();
        Assert.True(await IsAllowedAsync(After));

        var warnings = site.Host.Logs.From("Aeronet.AspNetCore.Middleware.Cors", LogLevel.Warning).Select(entry => entry.Message).ToList();
        Assert.Contains(warnings, line => line.Contains($"Aeronet:Cors:Policies:named:Origins has '{After}/': use '{After}'"));
        Assert.Contains(warnings, line => line.Contains("Aeronet:Cors:Policies:named has '': add this policy, which the running application uses"));

        void Write(string origin) => File.WriteAllText(
            file, $$"""{ "Aeronet": { "Cors": { "Policies": { "named": { "Origins": "{{origin}}" } } } } }""");

        async Task<bool> IsAllowedAsync(string origin)
        {
            using var response = await site.GetAsync("/", headers: [$"Origin: {origin}"]);
            return response.AllowOrigin() == origin;
        }
    }
}
