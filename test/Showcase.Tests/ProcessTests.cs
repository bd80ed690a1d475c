using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Aeronet.AspNetCore.Showcase.Tests;

/// <summary>The sample as its README starts it.</summary>
public sealed class ProcessTests
{
    [Fact]
    public async Task EverythingOfItsSettings_IsServed()
    {
        await using var showcase = await ShowcaseProcess.StartAsync();
        using var client = ShowcaseProcess.CreateClient();

        using var redirect = await client.GetAsync(new Uri(showcase.Http, "/?token=hunter2"));
        Assert.Equal(HttpStatusCode.TemporaryRedirect, redirect.StatusCode);
        Assert.Equal(new Uri(showcase.Https, "/?token=hunter2"), redirect.Headers.Location);

        using var page = await client.GetAsync(showcase.Https);
        Assert.Contains("<h1>Aeronet.AspNetCore</h1>", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var style = await client.GetAsync(new Uri(showcase.Https, "/style.css"));
        Assert.Equal("public, max-age=3600", style.Headers.CacheControl!.ToString());

        using var index = await client.GetAsync(new Uri(showcase.Https, "/files/?format=json"));
        Assert.Contains("notes.txt", await index.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(showcase.Https, "/shared/notes.txt"));
        request.Headers.Add("Origin", "https://a.partner.example");
        using var shared = await client.SendAsync(request);
        Assert.Equal(["https://a.partner.example"], shared.Headers.GetValues("Access-Control-Allow-Origin"));

        using var hello = await client.GetAsync(new Uri(showcase.Https, "/api/hello/you"));
        Assert.Equal("Aeronet", hello.Headers.Server.ToString());
        Assert.Equal("you", (string?)(await hello.Content.ReadFromJsonAsync<JsonNode>())!["hello"]);

        // By the transport's TLS, except where the machine has no OpenSSL 3.
        var tls = (await client.GetFromJsonAsync<JsonNode>(new Uri(showcase.Https, "/api/tls")))!;
        Assert.StartsWith("Tls1", (string?)tls["version"], StringComparison.Ordinal);
        Assert.NotNull((string?)tls["ja4"]);

        using var wrongKey = new HttpRequestMessage(HttpMethod.Get, new Uri(showcase.Https, "/api/hello/you"));
        wrongKey.Headers.Add("X-Api-Key", "wrong");
        using var refused = await client.SendAsync(wrongKey);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);

        var settings = await client.GetStringAsync(new Uri(showcase.Https, "/_aeronet/config"));
        Assert.Matches(@"(?m)^Aeronet:HttpsRedirect:StatusCode +307 +appsettings\.json$", settings);
        Assert.Matches(@"(?m)^Kestrel:Endpoints:Http:Url +http://127\.0\.0\.1:0 +command line$", settings);

        Assert.Contains("<title>Showcase", await client.GetStringAsync(new Uri(showcase.Https, "/_aeronet")), StringComparison.Ordinal);
        var figures = await client.GetFromJsonAsync<JsonNode>(new Uri(showcase.Https, "/_aeronet/snapshot.json"));
        Assert.NotNull(figures);

        var handshakes = (await client.GetFromJsonAsync<JsonNode>(new Uri(showcase.Https, "/metrics/tls")))!["handshakes"]!;
        Assert.True((long)handshakes["completed"]! > 0);

        Assert.Contains("column 4", await SendRawAsync(showcase.Http, "GET / HTTP/1.1\r\nHost: a\r\nBad Name: x\r\n\r\n"), StringComparison.Ordinal);
        await LogHasAsync(showcase, "A request was refused with 400");

        await LogHasAsync(showcase, "\"GET /?token=[redacted] HTTP/1.1\" 307 0 ");
        await LogHasAsync(showcase, "\"GET /style.css HTTP/1.1\" 200 ");
        await LogHasAsync(showcase, "\"GET /api/hello/you HTTP/1.1\" 401 0 ");
        Assert.DoesNotContain(showcase.Lines, line => line.Contains("hunter2", StringComparison.Ordinal));
        Assert.DoesNotContain(showcase.Lines, line => line.Contains("warn:", StringComparison.Ordinal) || line.Contains("fail:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Page_LooksAsItShould()
    {
        var chromium = ExternalTool.Find("chromium") ?? ExternalTool.Require("chromium-browser");
        await using var showcase = await ShowcaseProcess.StartAsync();
        var folder = Directory.CreateTempSubdirectory("aeronet-showcase-");
        try
        {
            var picture = Path.Combine(folder.FullName, "showcase.png");
            var result = await chromium.RunAsync(
                "--headless=new", "--user-data-dir=" + Path.Combine(folder.FullName, "profile"), "--no-first-run", "--disable-gpu",
                "--disable-dev-shm-usage", "--disable-background-networking", "--hide-scrollbars", "--ignore-certificate-errors",
                Environment.IsPrivilegedProcess ? "--no-sandbox" : "--disable-breakpad", "--window-size=1000,580",
                "--screenshot=" + picture, showcase.Http.ToString());
            Assert.True(File.Exists(picture), result.ToString());

            // Through the redirect, and with its style sheet.
            await LogHasAsync(showcase, "\"GET /style.css HTTP/2\" 200 ");
            if (Environment.GetEnvironmentVariable("AERONET_WRITE_DOCS") == "1")
            {
                File.Copy(picture, Path.Combine(Repository.Root, "docs", "images", "showcase.png"), overwrite: true);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<string> SendRawAsync(Uri server, string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, server.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(request));
        using var reader = new StreamReader(client.GetStream());
        return await reader.ReadToEndAsync().OrTimeout("the answer");
    }

    private static Task LogHasAsync(ShowcaseProcess showcase, string part) => Eventually.HoldsAsync(
        () => showcase.Lines.Any(line => line.Contains(part, StringComparison.Ordinal)), $"the access log has {part}");
}
