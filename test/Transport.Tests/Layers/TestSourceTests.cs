using System.Globalization;
using System.Text.RegularExpressions;

namespace Aeronet.AspNetCore.Transport.Tests.Layers;

/// <summary>The outcome of no test depends on how fast a busy machine is.</summary>
public sealed partial class TestSourceTests
{
    private static readonly TimeSpan s_enough = TimeSpan.FromSeconds(30);

    /// <summary>Files with short limits within which nothing has to succeed, and why.</summary>
    private static readonly Dictionary<string, string> s_short = new()
    {
        ["Functional.Tests/Endings/BlockTests.cs"] = "Where an answer is cut short its blocks come back all the same.",
        ["Functional.Tests/Limits/TimeoutTests.cs"] = "Half a head is all that comes.",
        ["Functional.Tests/Upgrade/WebSocketTests.cs"] = "The client answers no ping.",
        ["Interleavings.Tests/Scenarios/ReadScenarios.cs"] = "There is no clock but the test's.",
        ["Stress.Tests/Shutdown/ForcedShutdownTests.cs"] = "What is in flight never ends in time.",
        ["Tls.Tests/Admission/AdmissionTests.cs"] = "No place becomes free.",
        ["Tls.Tests/Admission/ReleaseTests.cs"] = "Some of many handshakes succeed.",
        ["Tls.Tests/Configuration/KestrelHttpsOptionTests.cs"] = "The client is silent.",
        ["Tls.Tests/Kernel/EndingTests.cs"] = "The client reads nothing.",
        ["Tls.Tests/Observability/HandshakeFailureTests.cs"] = "The client sends no more.",
        ["Transport.Tests/Contract/TransportEndTests.cs"] = "The handler does not end before.",
    };

    [Fact]
    public void Waits_AreLongEnoughForABusyMachine() =>
        Assert.Empty(Short(Wait()).Select(found => $"{found.Path}:{found.Line} waits for {found.Time.TotalSeconds} s: leave the time out, or give it {s_enough.TotalSeconds} s."));

    [Fact]
    public void ShortLimits_AreWhereNothingHasToSucceedWithin()
    {
        var found = Short(Limit()).ToArray();

        Assert.Empty(found.Where(limit => !s_short.ContainsKey(limit.Path)).Select(
            limit => $"{limit.Path}:{limit.Line} sets a limit of {limit.Time.TotalSeconds} s: let GrowingTime find one, or say above why nothing has to succeed within it."));
        Assert.Empty(s_short.Keys.Except(found.Select(limit => limit.Path)));
    }

    private static IEnumerable<(string Path, int Line, TimeSpan Time)> Short(Regex pattern)
    {
        var root = Path.Combine(Repository.Root, "test");
        return
            from file in Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories)
            let path = Path.GetRelativePath(root, file)
            where !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal)
            from line in File.ReadLines(file).Index()
            from match in pattern.Matches(line.Item)
            let number = double.Parse(match.Groups["number"].Value, CultureInfo.InvariantCulture)
            let time = match.Groups["unit"].Value == "Seconds" ? TimeSpan.FromSeconds(number) : TimeSpan.FromMilliseconds(number)
            where time < s_enough
            select (path, line.Index + 1, time);
    }

    [GeneratedRegex(@"\b(?:OrTimeout|HoldsAsync|WaitAsync|Wait|WaitOne|SpinUntil)\(.*\bTimeSpan\.From(?<unit>Seconds|Milliseconds)\((?<number>[\d.]+)\)")]
    private static partial Regex Wait();

    [GeneratedRegex(@"\b(?:Handshake|Check|KeepAlive|Shutdown|HalfClose|Wait|RequestHeaders)Timeout = TimeSpan\.From(?<unit>Seconds|Milliseconds)\((?<number>[\d.]+)\)")]
    private static partial Regex Limit();
}
