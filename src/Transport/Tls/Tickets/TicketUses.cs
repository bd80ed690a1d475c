using System.Globalization;

namespace Aeronet.AspNetCore.Transport.Tls.Tickets;

/// <summary>The names of <see cref="TicketUse"/> in metrics, made once: <c>unknown</c>, <c>next</c>, <c>current</c>, and <c>1</c> for one key older.</summary>
internal static class TicketUses
{
    private static readonly string[] s_names =
    [
        "none", "unknown", "next", "current", .. Enumerable.Range(1, TicketKeyWindow.MaxKeys).Select(older => older.ToString(CultureInfo.InvariantCulture)),
    ];

    internal static string NameOf(TicketUse use) => s_names[(int)use];
}
