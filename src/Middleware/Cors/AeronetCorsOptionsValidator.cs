using Microsoft.Extensions.Options;

namespace Aeronet.AspNetCore.Middleware.Cors;

/// <summary>Checks the options. Every error names the key, the value and what would be right.</summary>
internal sealed class AeronetCorsOptionsValidator : IValidateOptions<AeronetCorsOptions>
{
    /// <exception cref="AeronetCorsOptionsException">Something is wrong. More can be told by it than by a result.</exception>
    public ValidateOptionsResult Validate(string? name, AeronetCorsOptions options)
    {
        var errors = new List<AeronetCorsError>();
        if (options.Default is not null)
        {
            new CorsPolicyValidator($"{AeronetCorsOptions.SectionName}:{nameof(options.Default)}", options.Default, errors).Check();
        }

        foreach (var (policyName, policy) in options.Policies)
        {
            new CorsPolicyValidator($"{AeronetCorsOptions.SectionName}:{nameof(options.Policies)}:{policyName}", policy, errors).Check();
        }

        return errors.Count == 0 ? ValidateOptionsResult.Success : throw new AeronetCorsOptionsException(errors);
    }
}
