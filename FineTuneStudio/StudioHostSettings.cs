using System.Net;

namespace FineTuneStudio;

/// <summary>What the command line, or a test, decides about the host.</summary>
internal sealed record StudioHostSettings
{
    /// <summary>Empty takes the configured or default directory.</summary>
    public string DataDirectory { get; init; } = "";

    public IPAddress Address { get; init; } = IPAddress.Loopback;

    /// <summary>0 takes a free port.</summary>
    public int Port { get; init; }
}
