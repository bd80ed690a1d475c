using Aeronet.AspNetCore.Transport.EventLoop;

namespace Aeronet.AspNetCore.Transport.Tls.Handshake;

/// <summary>What a handshake needs of its connection. Any thread.</summary>
internal interface ITlsHandshakeOwner
{
    /// <summary>A step is about to receive what there is.</summary>
    void OnStep();

    /// <summary>Runs work on the connection's loop.</summary>
    void Post(ILoopWork work);

    /// <summary>Has <see cref="TlsHandshake.Continue"/> called when the loop's present dispatch returns. False on a thread that leads no loop.</summary>
    bool TryContinueOnLoop();

    /// <summary>Makes room in the socket an event; room that there is already is one too.</summary>
    void WatchWritable();

    /// <summary>Sends FIN.</summary>
    void ShutdownSend();

    /// <summary>The application threw while it was asked about a client's certificate.</summary>
    void OnValidationFailed(Exception failure);
}
