using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;

namespace Aeronet.AspNetCore.Transport.Tests.Configuration;

/// <summary>Every option comes from every kind of configuration source.</summary>
public sealed class OptionBindingTests
{
    private static readonly (string Key, string Text, object Value)[] s_options =
    [
        ("EventLoops", "7", 7),
        ("Dispatch", "ThreadPool", DispatchMode.ThreadPool),
        ("StallThreshold", "00:00:00.025", TimeSpan.FromMilliseconds(25)),
        ("MaxStandbyThreads", "99", 99),
        ("Backlog", "64", 64),
        ("NoDelay", "false", false),
        ("KeepAlive", "true", true),
        ("DeferAccept", "00:00:03", TimeSpan.FromSeconds(3)),
        ("ReusePort", "true", true),
        ("DualMode", "false", false),
        ("MaxReadBufferSize", "5000000000", 5_000_000_000L),
        ("MaxWriteBufferSize", "131072", 131_072L),
        ("SendChunk", "65536", 65_536),
        ("ZeroCopyFiles", "false", false),
        ("ShutdownTimeout", "00:01:30", TimeSpan.FromSeconds(90)),
        ("DrainDelay", "00:00:15", TimeSpan.FromSeconds(15)),
        ("DrainTimeout", "00:02:00", TimeSpan.FromMinutes(2)),
        ("HalfCloseTimeout", "-00:00:00.001", Timeout.InfiniteTimeSpan),
        ("UnixFileMode", "0660", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite),
        ("HandOver", "/run/app/handover.sock", "/run/app/handover.sock"),
        ("HandOverTimeout", "00:00:20", TimeSpan.FromSeconds(20)),
        ("TlsForConfiguredEndpoints", "false", false),
    ];

    public static TheoryData<string> Keys => [.. s_options.Select(o => o.Key)];

    [Fact]
    public void Table_NamesEveryOption()
    {
        var properties = typeof(AeronetTransportOptions).GetProperties().Select(p => p.Name);

        Assert.Equal(properties.Order(), s_options.Select(o => o.Key).Order());
    }

    [Fact]
    public async Task Defaults_NothingConfigured_AsDocumented()
    {
        var options = await ConfiguredOptions.ReadAsync(ConfiguredOptions.CreateBuilder());

        foreach (var property in typeof(AeronetTransportOptions).GetProperties())
            Assert.Equal(property.GetValue(new AeronetTransportOptions()), property.GetValue(options));

        Assert.Equal(Environment.ProcessorCount, options.EventLoops);
    }

    [Theory, MemberData(nameof(Keys))]
    public async Task Key_InAppsettingsJson_Bound(string key)
    {
        var (_, text, value) = s_options.Single(o => o.Key == key);
        var builder = ConfiguredOptions.CreateBuilder();
        builder.Configuration.AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(
            $$"""{ "Aeronet": { "Transport": { "{{key}}": "{{text}}" } } }""")));

        await AssertOnlyChangedAsync(builder, key, value);
    }

    [Theory, MemberData(nameof(Keys))]
    public async Task Key_InJsonUnquotedWhereItCanBe_Bound(string key)
    {
        var (_, text, value) = s_options.Single(o => o.Key == key);
        if (value is not (bool or int or long))
            return;

        var builder = ConfiguredOptions.CreateBuilder();
        builder.Configuration.AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(
            $$"""{ "Aeronet": { "Transport": { "{{key}}": {{text}} } } }""")));

        await AssertOnlyChangedAsync(builder, key, value);
    }

    [Theory, MemberData(nameof(Keys))]
    public async Task Key_InTheEnvironment_Bound(string key)
    {
        // A prefix of its own, which the provider removes: other tests' hosts read the environment too.
        var prefix = $"TEST{Guid.NewGuid():N}_";
        var (_, text, value) = s_options.Single(o => o.Key == key);
        Environment.SetEnvironmentVariable($"{prefix}Aeronet__Transport__{key}", text);
        try
        {
            var builder = ConfiguredOptions.CreateBuilder();
            builder.Configuration.AddEnvironmentVariables(prefix);

            await AssertOnlyChangedAsync(builder, key, value);
        }
        finally
        {
            Environment.SetEnvironmentVariable($"{prefix}Aeronet__Transport__{key}", null);
        }
    }

    [Theory, MemberData(nameof(Keys))]
    public async Task Key_OnTheCommandLine_Bound(string key)
    {
        var (_, text, value) = s_options.Single(o => o.Key == key);
        var builder = ConfiguredOptions.CreateBuilder();
        builder.Configuration.AddCommandLine([$"--Aeronet:Transport:{key}={text}"]);

        await AssertOnlyChangedAsync(builder, key, value);
    }

    [Theory]
    [InlineData("EVENTLOOPS", " 3 ", "EventLoops", 3)]
    [InlineData("dispatch", "inline", "Dispatch", DispatchMode.Inline)]
    [InlineData("NoDelay", "FALSE", "NoDelay", false)]
    [InlineData("UnixFileMode", "600", "UnixFileMode", UnixFileMode.UserRead | UnixFileMode.UserWrite)]
    [InlineData("UnixFileMode", "07777", "UnixFileMode", (UnixFileMode)0xFFF)]
    public async Task Key_OtherCaseAndSpacing_Bound(string key, string text, string property, object value) =>
        await AssertOnlyChangedAsync(ConfiguredOptions.CreateBuilder((key, text)), property, value);

    [Fact]
    public async Task Value_Null_IsTheDefault()
    {
        var builder = ConfiguredOptions.CreateBuilder();
        builder.Configuration.AddJsonStream(new MemoryStream("""{ "Aeronet": { "Transport": { "UnixFileMode": null, "EventLoops": null } } }"""u8.ToArray()));

        var options = await ConfiguredOptions.ReadAsync(builder);

        Assert.Null(options.UnixFileMode);
        Assert.Equal(Environment.ProcessorCount, options.EventLoops);
    }

    [Fact]
    public async Task Delegate_OverridesConfiguration_TheLastDelegateWins()
    {
        var builder = ConfiguredOptions.CreateBuilder(("EventLoops", "3"), ("Backlog", "77"));
        builder.WebHost.UseAeronetTransport(options =>
        {
            Assert.Equal(3, options.EventLoops);
            options.EventLoops = 4;
        });

        var options = await ConfiguredOptions.ReadAsync(builder, options => options.EventLoops++);

        Assert.Equal(5, options.EventLoops);
        Assert.Equal(77, options.Backlog);
    }

    private static async Task AssertOnlyChangedAsync(WebApplicationBuilder builder, string key, object value)
    {
        var options = await ConfiguredOptions.ReadAsync(builder);

        foreach (var property in typeof(AeronetTransportOptions).GetProperties())
            Assert.Equal(property.Name == key ? value : property.GetValue(new AeronetTransportOptions()), property.GetValue(options));
    }
}
