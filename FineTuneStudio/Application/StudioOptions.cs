using System.ComponentModel.DataAnnotations;

namespace FineTuneStudio.Application;

/// <summary>How this studio is set up: section <c>Studio</c> of appsettings.json, overridden by <c>Studio__*</c> variables, then by the command line.</summary>
public sealed class StudioOptions
{
    public const string Section = "Studio";

    /// <summary>Where everything that is kept lies; empty is <see cref="DefaultDataDirectory"/>.</summary>
    public string DataDirectory { get; set; } = "";

    /// <summary>PostgreSQL connection string; empty keeps the rows in SQLite inside the data directory.</summary>
    public string PostgreSql { get; set; } = "";

    /// <summary>Training runs at once; each holds a model in memory.</summary>
    [Range(1, 8)]
    public int ConcurrentRuns { get; set; } = 1;

    /// <summary>Largest file that may be uploaded, in bytes.</summary>
    [Range(1, long.MaxValue)]
    public long MaxUploadBytes { get; set; } = 64L << 30;

    /// <summary>Bytes that uploads leave free on the disk for runs and the database.</summary>
    [Range(0, long.MaxValue)]
    public long ReserveBytes { get; set; } = 256L << 20;

    /// <summary>Address of the hub that models are imported from; empty takes the variable <c>HF_ENDPOINT</c>, else the public one.</summary>
    public string HubEndpoint { get; set; } = "";

    /// <summary>Access token of the hub, for private and gated models; empty takes the variable <c>HF_TOKEN</c>.</summary>
    public string HubToken { get; set; } = "";

    /// <summary><c>$XDG_DATA_HOME/finetunestudio</c>, by default <c>~/.local/share/finetunestudio</c>.</summary>
    public static string DefaultDataDirectory { get; } = Path.Combine(
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "finetunestudio");
}
