using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Aeronet.AspNetCore.Transport.Native;

namespace Aeronet.AspNetCore.Transport.Tls.Policies;

/// <summary>The names of key exchange groups, asked of OpenSSL once each: it knows those of its providers too.</summary>
internal static unsafe class KeyExchangeGroups
{
    private static readonly ConcurrentDictionary<int, string?> s_names = new();

    /// <summary>The group of a session (SSL_get_negotiated_group(3)); 0 when it has none.</summary>
    internal static int Of(nint ssl)
    {
        var group = (int)OpenSsl.SSL_ctrl(ssl, OpenSsl.SSL_CTRL_GET_NEGOTIATED_GROUP, 0, 0);
        if (group != 0 && !s_names.ContainsKey(group))
        {
            s_names.TryAdd(group, Marshal.PtrToStringUTF8((nint)OpenSsl.SSL_group_to_name(ssl, group)));
        }

        return group;
    }

    /// <summary>Whether OpenSSL has a key exchange group.</summary>
    internal static bool Exists(string group)
    {
        OpenSsl.ERR_clear_error();
        using var context = new SslContextHandle(OpenSsl.SSL_CTX_new(OpenSsl.TLS_server_method()));
        var known = !context.IsInvalid && OpenSsl.SSL_CTX_ctrl(context.Pointer, OpenSsl.SSL_CTRL_SET_GROUPS_LIST, 0, group) == 1;
        OpenSsl.ERR_clear_error();
        return known;
    }

    /// <summary>The group's name in TLS (<c>x25519</c>, <c>secp256r1</c>); null when there was none.</summary>
    internal static string? NameOf(int group) => group != 0 && s_names.TryGetValue(group, out var name) ? name : null;
}
