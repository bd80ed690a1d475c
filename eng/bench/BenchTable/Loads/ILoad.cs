namespace BenchTable.Loads;

/// <summary>A program that keeps a server busy.</summary>
internal interface ILoad
{
    /// <summary>Who asks, for the table: <c>64 connections</c>.</summary>
    string Clients { get; }

    bool IsHttp2 { get; }

    /// <exception cref="BenchException">Not every answer was a right one.</exception>
    Task<LoadCounts> RunAsync(Uri url, TimeSpan time);
}
