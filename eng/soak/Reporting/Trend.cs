namespace Soak.Reporting;

/// <summary>Whether a row of numbers goes up: the median of the slopes between all pairs, which outliers do not move (Theil and Sen).</summary>
internal static class Trend
{
    /// <summary>How much is added in an hour.</summary>
    /// <param name="points">Hours and values.</param>
    public static double AnHour(IReadOnlyList<(double Hours, double Value)> points)
    {
        var slopes = new List<double>();
        for (var i = 0; i < points.Count; i++)
        {
            for (var k = i + 1; k < points.Count; k++)
                slopes.Add((points[k].Value - points[i].Value) / (points[k].Hours - points[i].Hours));
        }

        return Median(slopes);
    }

    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? 0 : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
