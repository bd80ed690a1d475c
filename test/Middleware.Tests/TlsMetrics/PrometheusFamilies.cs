using System.Globalization;
using System.Text.RegularExpressions;

namespace Aeronet.AspNetCore.Middleware.Tests.TlsMetrics;

/// <summary>
/// Reads Prometheus' text format 0.0.4 and OpenMetrics 1.0 strictly: what a scraper would refuse or misread fails.
/// </summary>
internal sealed partial class PrometheusFamilies
{
    private readonly Dictionary<string, string> _types = [];
    private readonly Dictionary<string, double> _samples = [];

    public static PrometheusFamilies Parse(string text, bool isOpenMetrics)
    {
        Assert.EndsWith("\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\r', text);
        var lines = text[..^1].Split('\n');
        if (isOpenMetrics)
            Assert.Equal("# EOF", lines[^1]);

        var families = new PrometheusFamilies();
        var (family, done) = ("", new HashSet<string>());
        foreach (var line in lines.Where(line => line is not ("# EOF" or "")))
        {
            var meta = Meta().Match(line);
            var sample = Sample().Match(line);
            Assert.True(meta.Success || sample.Success, $"neither a comment nor a sample: {line}");
            var name = meta.Success ? meta.Groups["name"].Value : families.FamilyOf(sample.Groups["name"].Value, isOpenMetrics, family);
            if (name != family)
            {
                // The lines of a family stand together.
                Assert.True(done.Add(name), $"{name} comes twice");
                family = name;
            }

            if (meta.Groups["kind"].Value == "TYPE")
                Assert.True(families._types.TryAdd(name, meta.Groups["rest"].Value), $"{name} has two types");

            if (sample.Success)
                families.Add(sample);
        }

        families.CheckHistograms();
        return families;
    }

    public IReadOnlyCollection<string> Names => _types.Keys;

    public string TypeOf(string family) => _types[family];

    /// <summary>The sum of a sample over all label sets that contain these, such as <c>tls_resumed="true"</c>.</summary>
    public double Sum(string name, params string[] labels) =>
        Of(name).Where(sample => labels.All(label => Labels(sample.Key).Contains(label))).Sum(sample => sample.Value);

    public IEnumerable<string> LabelsOf(string name) => Of(name).SelectMany(sample => Labels(sample.Key)).Distinct();

    private static string[] Labels(string series) =>
        [.. Label().Matches(series[series.IndexOf('{', StringComparison.Ordinal)..]).Select(label => label.Value)];

    private static bool IsBound(string label) => label.StartsWith("le=", StringComparison.Ordinal);

    private static double Number(string text) =>
        text == "+Inf" ? double.PositiveInfinity : double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);

    private string FamilyOf(string sample, bool isOpenMetrics, string current)
    {
        string[] suffixes = ["_bucket", "_sum", "_count", "_total", "_created", "_info"];
        var stripped = suffixes
            .Where(suffix => sample.EndsWith(suffix, StringComparison.Ordinal))
            .Select(suffix => sample[..^suffix.Length]);
        string[] candidates = isOpenMetrics ? [.. stripped, sample] : [sample, .. stripped];
        var known = candidates.FirstOrDefault(_types.ContainsKey);
        Assert.True(known is not null && known == current, $"the sample {sample} stands without its type");
        return known!;
    }

    private void Add(Match sample)
    {
        var labels = sample.Groups["labels"].Value;
        var rest = Label().Replace(labels, "");
        Assert.True(rest.All(c => c == ','), $"labels of {sample.Value}");
        var names = Label().Matches(labels).Select(label => label.Groups["name"].Value).ToList();
        Assert.Equal(names.Distinct(), names);
        var series = $"{sample.Groups["name"].Value}{{{labels}}}";
        Assert.True(_samples.TryAdd(series, Number(sample.Groups["value"].Value)), $"the same series twice: {sample.Value}");
    }

    private void CheckHistograms()
    {
        foreach (var family in _types.Where(type => type.Value == "histogram").Select(type => type.Key))
        {
            var buckets = Of(family + "_bucket").GroupBy(sample => Key(Labels(sample.Key).Where(label => !IsBound(label)))).ToList();
            Assert.NotEmpty(buckets);
            foreach (var series in buckets)
            {
                var bounds = series.Select(sample => Number(Labels(sample.Key).Single(IsBound)[4..^1])).ToList();
                Assert.Equal(bounds.Order(), bounds);
                Assert.Equal(double.PositiveInfinity, bounds[^1]);
                var counts = series.Select(sample => sample.Value).ToList();
                Assert.Equal(counts.Order(), counts);
                Assert.Equal(counts[^1], Of(family + "_count").Single(sample => Key(Labels(sample.Key)) == series.Key).Value);
            }
        }

        static string Key(IEnumerable<string> labels) => string.Join(',', labels);
    }

    private IEnumerable<KeyValuePair<string, double>> Of(string name) =>
        _samples.Where(sample => sample.Key.StartsWith(name + "{", StringComparison.Ordinal));

    [GeneratedRegex(@"^# (?<kind>HELP|TYPE|UNIT) (?<name>[a-zA-Z_:][a-zA-Z0-9_:]*) (?<rest>.*)$")]
    private static partial Regex Meta();

    [GeneratedRegex(@"^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(?<labels>[^}]*)\})? (?<value>[-+0-9.eE]+|[+-]Inf|NaN)(?: [0-9.]+)?$")]
    private static partial Regex Sample();

    [GeneratedRegex("""(?<name>[a-zA-Z_][a-zA-Z0-9_]*)="(?:[^"\\\n]|\\["\\n])*" """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Label();
}
