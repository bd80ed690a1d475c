using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.Middleware;

/// <summary>CORS policies are wrong. The message has a line for each of <see cref="Errors"/>.</summary>
public sealed class AeronetCorsOptionsException : OptionsValidationException
{
    /// <summary>Makes one of what is wrong.</summary>
    /// <param name="errors">What is wrong; at least one thing.</param>
    public AeronetCorsOptionsException(IReadOnlyList<AeronetCorsError> errors)
        : base(Options.DefaultName, typeof(AeronetCorsOptions), Lines(errors)) => Errors = errors;

    /// <summary>All that is wrong.</summary>
    public IReadOnlyList<AeronetCorsError> Errors { get; }

    private static IEnumerable<string> Lines(IReadOnlyList<AeronetCorsError> errors)
    {
        ArgumentNullException.ThrowIfNull(errors);
        return [.. errors.Select(error => error.ToString())];
    }
}
