using System.Collections.Concurrent;
using System.Net.Security;

namespace Aeronet.AspNetCore.Middleware.Tls;

/// <summary>The IANA names of cipher suites: an enum's own text is looked up and boxed each time.</summary>
internal static class CipherSuiteNames
{
    private static readonly ConcurrentDictionary<TlsCipherSuite, string> Names = new();

    // No more than the server agrees on.
    public static string Of(TlsCipherSuite suite) =>
        Names.TryGetValue(suite, out var name) ? name : Names.GetOrAdd(suite, static suite => suite.ToString());
}
