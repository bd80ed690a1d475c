namespace Aeronet.AspNetCore.Stress.Tests.Support;

/// <summary>Figures that a test measured, shown with its output.</summary>
internal static class Report
{
    internal static void Line(string text) => TestContext.Current.TestOutputHelper?.WriteLine(text);
}
