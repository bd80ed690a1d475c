namespace Aeronet.AspNetCore.Transport.SendFile;

/// <summary>Says whether clients are to leave. Asked by every request.</summary>
internal interface IDrainNotice
{
    bool IsDraining { get; }
}
