using System.Text;
using Microsoft.Extensions.Configuration;

namespace Aeronet.AspNetCore.Transport.Tests.Configuration;

/// <summary>A wrong value stops the application with a message that names the key, the value and what would be right.</summary>
public sealed class OptionValidationTests
{
    [Theory]
    [InlineData("EventLoops", "four", "'four'", "whole number")]
    [InlineData("EventLoops", "", "''", "whole number")]
    [InlineData("EventLoops", "2.5", "'2.5'", "whole number")]
    [InlineData("EventLoops", "99999999999", "'99999999999'", "whole number")]
    [InlineData("EventLoops", "0", "0", "1 to 1024")]
    [InlineData("EventLoops", "1025", "1025", "1 to 1024")]
    [InlineData("EventLoops", "-1", "-1", "1 to 1024")]
    [InlineData("Dispatch", "Fast", "'Fast'", "Adaptive, Inline or ThreadPool")]
    [InlineData("Dispatch", "1", "'1'", "Adaptive, Inline or ThreadPool")]
    [InlineData("Dispatch", "Inline, ThreadPool", "'Inline, ThreadPool'", "Adaptive, Inline or ThreadPool")]
    [InlineData("StallThreshold", "5", "'5'", "hours:minutes:seconds")]
    [InlineData("StallThreshold", "5ms", "'5ms'", "hours:minutes:seconds")]
    [InlineData("StallThreshold", "00:00:00", "00:00:00", "00:00:00.001 to 00:00:10")]
    [InlineData("StallThreshold", "00:00:11", "00:00:11", "00:00:00.001 to 00:00:10")]
    [InlineData("MaxStandbyThreads", "many", "'many'", "whole number")]
    [InlineData("MaxStandbyThreads", "0", "0", "1 to 4096")]
    [InlineData("MaxStandbyThreads", "4097", "4097", "1 to 4096")]
    [InlineData("Backlog", "x", "'x'", "whole number")]
    [InlineData("Backlog", "0", "0", "1 or more")]
    [InlineData("NoDelay", "yes", "'yes'", "true or false")]
    [InlineData("KeepAlive", "1", "'1'", "true or false")]
    [InlineData("DeferAccept", "10", "'10'", "hours:minutes:seconds")]
    [InlineData("DeferAccept", "-00:00:01", "-00:00:01", "00:00:00 (off) to 00:01:00")]
    [InlineData("DeferAccept", "00:01:01", "00:01:01", "00:00:00 (off) to 00:01:00")]
    [InlineData("ReusePort", "on", "'on'", "true or false")]
    [InlineData("DualMode", "no", "'no'", "true or false")]
    [InlineData("MaxReadBufferSize", "1MB", "'1MB'", "number of bytes")]
    [InlineData("MaxReadBufferSize", "4095", "4095", "4096 bytes or more")]
    [InlineData("MaxWriteBufferSize", "64k", "'64k'", "number of bytes")]
    [InlineData("MaxWriteBufferSize", "0", "0", "4096 bytes or more")]
    [InlineData("SendChunk", "2M", "'2M'", "number of bytes")]
    [InlineData("SendChunk", "4095", "4095", "4096 to 1073741824")]
    [InlineData("SendChunk", "1073741825", "1073741825", "4096 to 1073741824")]
    [InlineData("ZeroCopyFiles", "enabled", "'enabled'", "true or false")]
    [InlineData("TlsForConfiguredEndpoints", "kestrel", "'kestrel'", "true or false")]
    [InlineData("ShutdownTimeout", "30", "'30'", "hours:minutes:seconds")]
    [InlineData("ShutdownTimeout", "-00:00:01", "-00:00:01", "00:00:00 to 00:10:00")]
    [InlineData("ShutdownTimeout", "00:10:01", "00:10:01", "00:00:00 to 00:10:00")]
    [InlineData("DrainDelay", "10", "'10'", "hours:minutes:seconds")]
    [InlineData("DrainDelay", "-00:00:01", "-00:00:01", "00:00:00 (off) to less than HostOptions.ShutdownTimeout, which is 00:00:30, or raise that")]
    [InlineData("DrainDelay", "00:00:30", "00:00:30", "shutdownTimeoutSeconds")]
    [InlineData("DrainTimeout", "10", "'10'", "hours:minutes:seconds")]
    [InlineData("DrainTimeout", "-00:00:01", "-00:00:01", "00:00:00 to 1.00:00:00")]
    [InlineData("HalfCloseTimeout", "5", "'5'", "hours:minutes:seconds")]
    [InlineData("HalfCloseTimeout", "-00:00:01", "-00:00:01", "-00:00:00.001 for never")]
    [InlineData("HalfCloseTimeout", "1.00:00:01", "1.00:00:01", "00:00:00 to 1.00:00:00")]
    [InlineData("HandOver", "", "''", "/run/app/handover.sock")]
    [InlineData("HandOver", "/run/a\0b", "'/run/a\\u0000b'", "/run/app/handover.sock")]
    [InlineData("HandOver", "a\nb", "a\\u000ab", "absolute path")]
    [InlineData("EventLoops", "1\r\n2", "'1\\u000d\\u000a2'", "a whole number")]
    [InlineData("HandOver", "handover.sock", "handover.sock", "absolute path")]
    [InlineData("HandOver", "/run/app/", "/run/app/", "absolute path")]
    [InlineData("HandOver", "/12345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456", "/1234", "at most 107 bytes")]
    [InlineData("HandOverTimeout", "60", "'60'", "hours:minutes:seconds")]
    [InlineData("HandOverTimeout", "00:00:00", "00:00:00", "00:00:01 to 01:00:00")]
    [InlineData("HandOverTimeout", "01:00:01", "01:00:01", "00:00:01 to 01:00:00")]
    [InlineData("UnixFileMode", "rw-rw----", "'rw-rw----'", "octal")]
    [InlineData("UnixFileMode", "0888", "'0888'", "octal")]
    [InlineData("UnixFileMode", "10000", "", "0000 to 7777")]
    public async Task Value_Wrong_MessageNamesKeyValueAndRemedy(string key, string text, string value, string remedy)
    {
        var failure = Assert.Single(await ConfiguredOptions.FailToStartAsync(ConfiguredOptions.CreateBuilder((key, text))));

        Assert.StartsWith($"Aeronet:Transport:{key} is {value}", failure, StringComparison.Ordinal);
        Assert.Contains(": use ", failure, StringComparison.Ordinal);
        Assert.Contains(remedy, failure, StringComparison.Ordinal);
        Assert.EndsWith(".", failure, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure);
    }

    [Fact]
    public async Task Value_WrongFromTheDelegate_SameMessage()
    {
        var failures = await ConfiguredOptions.FailToStartAsync(ConfiguredOptions.CreateBuilder(), options =>
        {
            options.EventLoops = 0;
            options.Dispatch = (DispatchMode)9;
            options.UnixFileMode = (UnixFileMode)0x1000;
        });

        Assert.Equal(3, failures.Length);
        Assert.StartsWith("Aeronet:Transport:EventLoops is 0: use 1 to 1024", failures[0], StringComparison.Ordinal);
        Assert.StartsWith("Aeronet:Transport:Dispatch is 9: use Adaptive, Inline or ThreadPool", failures[1], StringComparison.Ordinal);
        Assert.StartsWith("Aeronet:Transport:UnixFileMode is ", failures[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Values_SeveralUnreadable_AllAreReportedAtOnce()
    {
        var failures = await ConfiguredOptions.FailToStartAsync(
            ConfiguredOptions.CreateBuilder(("EventLoops", "x"), ("NoDelay", "x"), ("Bogus", "x"), ("SendChunk", "x")));

        Assert.Equal(4, failures.Length);
    }

    [Theory]
    [InlineData("EventLoop")]
    [InlineData("Bogus")]
    public async Task Key_Unknown_MessageNamesItAndTheRightOnes(string key)
    {
        var failure = Assert.Single(await ConfiguredOptions.FailToStartAsync(ConfiguredOptions.CreateBuilder((key, "1"))));

        Assert.StartsWith($"Aeronet:Transport:{key} is not an option", failure, StringComparison.Ordinal);
        Assert.All(typeof(AeronetTransportOptions).GetProperties(), p => Assert.Contains(p.Name, failure, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{ "EventLoops": [4] }""")]
    [InlineData("""{ "EventLoops": { "Count": 4 } }""")]
    public async Task Value_ArrayOrObject_IsReportedNotIgnored(string json)
    {
        var builder = ConfiguredOptions.CreateBuilder();
        builder.Configuration.AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes($$"""{ "Aeronet": { "Transport": {{json}} } }""")));

        var failure = Assert.Single(await ConfiguredOptions.FailToStartAsync(builder));

        Assert.StartsWith("Aeronet:Transport:EventLoops", failure, StringComparison.Ordinal);
    }
}
