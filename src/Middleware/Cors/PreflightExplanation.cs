using Aeronet.AspNetCore.Transport.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace Aeronet.AspNetCore.Middleware.Cors;

/// <summary>Says why a preflight was refused, and which key would change that.</summary>
internal static class PreflightExplanation
{
    public const string FieldName = "X-Aeronet-Cors";

    public static string Create(PreflightResult result, string? policy, IHeaderDictionary request)
    {
        var text = result switch
        {
            PreflightResult.OriginNotAllowed =>
                $"origin '{request.Origin}' is not in {Key(policy, nameof(AeronetCorsPolicyOptions.Origins))}",
            PreflightResult.MethodNotAllowed =>
                $"method '{request.AccessControlRequestMethod}' is not in {Key(policy, nameof(AeronetCorsPolicyOptions.Methods))}",
            PreflightResult.HeaderNotAllowed =>
                $"not all of '{request.AccessControlRequestHeaders}' are in {Key(policy, nameof(AeronetCorsPolicyOptions.RequestHeaders))}",
            PreflightResult.PrivateNetworkNotAllowed => $"{Key(policy, nameof(AeronetCorsPolicyOptions.PrivateNetwork))} is not true",
            PreflightResult.Disabled => "the endpoint takes no part in CORS",
            _ => throw new ArgumentOutOfRangeException(nameof(result)),
        };
        return PrintableText.EscapeToAscii(text);
    }

    private static string Key(string? policy, string option) => policy is null or CorsPolicySet.DefaultName
        ? $"{AeronetCorsOptions.SectionName}:{nameof(AeronetCorsOptions.Default)}:{option}"
        : $"{AeronetCorsOptions.SectionName}:{nameof(AeronetCorsOptions.Policies)}:{policy}:{option}";
}
