using System.Buffers;
using Microsoft.AspNetCore.Connections;

namespace Aeronet.AspNetCore.Transport.Tests.Allocations;

/// <summary>Has messages held, and does nothing with those that are refused.</summary>
internal sealed class DeafObserver : IRefusedConnectionObserver
{
    public long MaxHeldBytes => 40_000;

    public void OnEnded(ConnectionContext connection, string reason, ReadOnlySequence<byte> bytes)
    {
    }

    public void OnPlainHttp(ConnectionContext connection, ReadOnlySpan<byte> bytes)
    {
    }
}
