using System.Diagnostics;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace Aeronet.Testing;

/// <summary>A headless Chromium with one page, driven by the DevTools protocol.</summary>
public sealed class Browser : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo _profile = Directory.CreateTempSubdirectory("aeronet-chromium-");
    private readonly ClientWebSocket _socket = new();
    private readonly List<JsonNode> _events = [];
    private Process? _process;
    private int _lastId;

    private Browser()
    {
    }

    /// <summary>Starts it, or skips the test with the reason.</summary>
    public static async Task<Browser> StartAsync()
    {
        var chromium = ExternalTool.Find("chromium") ?? ExternalTool.Require("chromium-browser");
        var browser = new Browser();
        try
        {
            await browser.LaunchAsync(chromium);
            foreach (var domain in new[] { "Page", "Log", "Runtime", "Network" })
            {
                await browser.SendAsync(domain + ".enable");
            }

            return browser;
        }
        catch
        {
            await browser.DisposeAsync();
            throw;
        }
    }

    /// <summary>What the page's policy stopped, and other complaints of the browser, since the start; not the missing icon it asks for.</summary>
    public IReadOnlyList<string> Complaints => [.. _events
        .Where(e => (string?)e["method"] == "Log.entryAdded" && (string?)e["params"]!["entry"]!["level"] is "error" or "warning"
            && (string?)e["params"]!["entry"]!["url"] is var url
            && url?.EndsWith("/favicon.ico", StringComparison.Ordinal) != true)
        .Select(e => e["params"]!["entry"]!["text"]!.GetValue<string>())];

    /// <summary>What scripts threw and wrote to the console as an error or warning, since the start.</summary>
    public IReadOnlyList<string> ScriptErrors => [.. _events
        .Where(e => (string?)e["method"] == "Runtime.exceptionThrown"
            || ((string?)e["method"] == "Runtime.consoleAPICalled" && (string?)e["params"]!["type"] is "error" or "warning" or "assert"))
        .Select(e => e["params"]!.ToJsonString())];

    /// <summary>The addresses that were asked for since the start, less what is inside of pages (data).</summary>
    public IReadOnlyList<string> Requests => [.. _events
        .Where(e => (string?)e["method"] == "Network.requestWillBeSent")
        .Select(e => e["params"]!["request"]!["url"]!.GetValue<string>())
        .Where(url => !url.StartsWith("data:", StringComparison.Ordinal))];

    /// <summary>Loads a page.</summary>
    public async Task GoToAsync(string url)
    {
        ArgumentNullException.ThrowIfNull(url);
        var loads = Loads;
        await SendAsync("Page.navigate", new JsonObject { ["url"] = url });
        await WaitForLoadAsync(loads);
    }

    /// <summary>How many pages were loaded so far.</summary>
    public int Loads => _events.Count(e => (string?)e["method"] == "Page.loadEventFired");

    /// <summary>Waits for one more than <paramref name="before"/>.</summary>
    public async Task WaitForLoadAsync(int before)
    {
        while (Loads <= before)
        {
            await ReceiveAsync();
        }
    }

    /// <summary>The window, in CSS pixels, and the colour scheme that the user prefers.</summary>
    public async Task SetViewAsync(int width, int height, string colorScheme)
    {
        await SendAsync("Emulation.setDeviceMetricsOverride", new JsonObject
        {
            ["width"] = width, ["height"] = height, ["deviceScaleFactor"] = 1, ["mobile"] = width < 500,
        });
        await SendAsync("Emulation.setEmulatedMedia", new JsonObject
        {
            ["features"] = new JsonArray(new JsonObject { ["name"] = "prefers-color-scheme", ["value"] = colorScheme }),
        });
    }

    /// <summary>The value of an expression, as JSON. Not subject to the page's policy.</summary>
    public async Task<JsonNode?> EvaluateAsync(string expression)
    {
        var answer = await SendAsync("Runtime.evaluate", new JsonObject
        {
            ["expression"] = expression, ["awaitPromise"] = true, ["returnByValue"] = true,
        });
        Assert.True(answer["exceptionDetails"] is null, answer.ToJsonString());
        return answer["result"]!["value"];
    }

    /// <summary>Presses and releases a key, such as <c>Tab</c> or <c>Enter</c>.</summary>
    public async Task PressAsync(string key)
    {
        foreach (var type in new[] { "keyDown", "keyUp" })
        {
            await SendAsync("Input.dispatchKeyEvent", new JsonObject
            {
                ["type"] = type,
                ["key"] = key,
                ["code"] = key,
                ["windowsVirtualKeyCode"] = key == "Enter" ? 13 : 9,
                ["text"] = type == "keyDown" && key == "Enter" ? "\r" : "",
            });
        }
    }

    /// <summary>A picture of the window, PNG.</summary>
    public async Task<byte[]> ScreenshotAsync()
        => Convert.FromBase64String((await SendAsync("Page.captureScreenshot", new JsonObject { ["format"] = "png" }))["data"]!.GetValue<string>());

    /// <summary>Takes a picture, and keeps it if <c>AERONET_SCREENSHOTS</c> names a directory.</summary>
    public async Task SaveScreenshotAsync(string name)
    {
        var png = await ScreenshotAsync();
        Assert.True(png.Length > 5000);
        if (Environment.GetEnvironmentVariable("AERONET_SCREENSHOTS") is { Length: > 0 } folder)
        {
            Directory.CreateDirectory(folder);
            await File.WriteAllBytesAsync(Path.Combine(folder, name), png);
        }
    }

    /// <summary>Waits until an expression is true in the page.</summary>
    public async Task WaitUntilAsync(string expression, string what)
    {
        var start = Stopwatch.GetTimestamp();
        while ((bool?)await EvaluateAsync($"!!({expression})") != true)
        {
            if (Stopwatch.GetElapsedTime(start) > StartTimeout)
            {
                throw new TimeoutException($"Timed out in the browser: {what}.");
            }

            await Task.Delay(50);
        }
    }

    /// <summary>Sends a command and waits for its result.</summary>
    public async Task<JsonNode> SendAsync(string method, JsonObject? parameters = null)
    {
        var id = ++_lastId;
        var command = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters ?? [] };
        await _socket.SendAsync(Encoding.UTF8.GetBytes(command.ToJsonString()), WebSocketMessageType.Text, true, CancellationToken.None);
        while (true)
        {
            var message = await ReceiveAsync();
            if ((int?)message["id"] == id)
            {
                Assert.True(message["error"] is null, message.ToJsonString());
                return message["result"]!;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        if (_process is not null)
        {
            if (!_process.HasExited)
            {
                _process.Kill(entireProcessTree: true);
            }

            await _process.WaitForExitAsync();
            _process.Dispose();
        }

        // Children may still write into it for a moment.
        for (var attempt = 0; attempt < 50 && _profile.Exists; attempt++)
        {
            try
            {
                _profile.Delete(recursive: true);
                return;
            }
            catch (IOException)
            {
                await Task.Delay(100);
                _profile.Refresh();
            }
        }
    }

    private async Task LaunchAsync(ExternalTool chromium)
    {
        var start = new ProcessStartInfo(chromium.FullPath) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in new[]
        {
            "--headless=new", "--remote-debugging-port=0", "--user-data-dir=" + _profile.FullName, "--no-first-run", "--disable-gpu",
            "--disable-dev-shm-usage", "--disable-extensions", "--disable-background-networking", "--hide-scrollbars",
            Environment.IsPrivilegedProcess ? "--no-sandbox" : "--disable-breakpad", "about:blank",
        })
        {
            start.ArgumentList.Add(argument);
        }

        _process = Process.Start(start)!;
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
        var portFile = Path.Combine(_profile.FullName, "DevToolsActivePort");
        await Eventually.HoldsAsync(
            () => File.Exists(portFile) && File.ReadAllLines(portFile).Length > 1, "Chromium listens", timeout: StartTimeout);
        var port = File.ReadAllLines(portFile)[0];
        using var client = new HttpClient();
        using var targets = JsonDocument.Parse(await client.GetStringAsync($"http://127.0.0.1:{port}/json/list"));
        var page = targets.RootElement.EnumerateArray().First(t => t.GetProperty("type").GetString() == "page");
        await _socket.ConnectAsync(new Uri(page.GetProperty("webSocketDebuggerUrl").GetString()!), CancellationToken.None);
    }

    private async Task<JsonNode> ReceiveAsync()
    {
        using var message = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (true)
        {
            var part = await _socket.ReceiveAsync(buffer, CancellationToken.None).OrTimeout("an answer of Chromium", StartTimeout);
            message.Write(buffer, 0, part.Count);
            if (part.EndOfMessage)
            {
                break;
            }
        }

        var node = JsonNode.Parse(message.ToArray())!;
        if (node["method"] is not null)
        {
            _events.Add(node);
        }

        return node;
    }
}
