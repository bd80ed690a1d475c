namespace Aeronet.AspNetCore.Middleware.Pipeline;

/// <summary>What a middleware of ours has to come before, or after.</summary>
/// <param name="Step">The middleware.</param>
/// <param name="IsBefore">Whether it belongs before the others.</param>
/// <param name="Others">The methods that put the others there.</param>
/// <param name="Why">What happens otherwise.</param>
internal sealed record PipelineRule(string Step, bool IsBefore, IReadOnlyList<string> Others, string Why);
