using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Application;

/// <summary>Where things lie inside the data directory. No name a person typed ever becomes part of a path: folders are named by ids.</summary>
internal sealed class StudioPaths
{
    public StudioPaths(string dataDirectory)
    {
        Root = Path.GetFullPath(string.IsNullOrWhiteSpace(dataDirectory) ? StudioOptions.DefaultDataDirectory : dataDirectory);
        try
        {
            foreach (var folder in (string[])[Root, Uploads, Temporary, Imports, Exports, Datasets, Models, Adapters, Runs])
            {
                Directory.CreateDirectory(folder);
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException("--data", $"The data directory {Root} cannot be written: {exception.Message} Choose another with --data DIR.");
        }
    }

    /// <summary>The base model that comes with the studio; absent where it was not built.</summary>
    public static string EmbeddedModel { get; } = Path.Combine(AppContext.BaseDirectory, "models", "nano");

    public string Root { get; }

    public string Database => Path.Combine(Root, "studio.db");

    /// <summary>Files on their way in.</summary>
    public string Uploads => Path.Combine(Root, "uploads");

    /// <summary>What is made for a download and deleted after it.</summary>
    public string Temporary => Path.Combine(Root, "temporary");

    /// <summary>Models on their way in from a hub; what was cut off is gone on with.</summary>
    public string Imports => Path.Combine(Root, "imports");

    /// <summary>Adapters made ready for other software.</summary>
    public string Exports => Path.Combine(Root, "exports");

    public string Datasets => Path.Combine(Root, "datasets");

    public string Models => Path.Combine(Root, "models");

    /// <summary>Adapters that were made elsewhere.</summary>
    public string Adapters => Path.Combine(Root, "adapters");

    public string Runs => Path.Combine(Root, "runs");

    public string Dataset(Guid id) => Path.Combine(Datasets, id.ToString("N"));

    /// <summary>A dataset's rows, under a name of our own.</summary>
    public string DatasetFile(Guid id, string extension) => Path.Combine(Dataset(id), "rows" + extension);

    public string DatasetReport(Guid id) => Path.Combine(Dataset(id), "report.json");

    /// <summary>Where the rows lie, so that they need not be searched again.</summary>
    public string DatasetIndex(Guid id) => Path.Combine(Dataset(id), "rows.index");

    /// <summary>Tokens of each row for a model.</summary>
    public string DatasetLengths(Guid id, Guid model) => Path.Combine(Dataset(id), $"{model:N}.lengths");

    public string Model(Guid id) => Path.Combine(Models, id.ToString("N"));

    public string Adapter(Guid id) => Path.Combine(Adapters, id.ToString("N"));

    /// <summary>What a run left.</summary>
    public string AdapterOfRun(Guid runId) => Path.Combine(Run(runId), "adapter");

    public string Run(Guid id) => Path.Combine(Runs, id.ToString("N"));

    /// <summary>A copy of the adapter that a run begins with: what it comes from may be gone before the run's turn.</summary>
    public string InitialAdapter(Guid runId) => Path.Combine(Run(runId), "initial-adapter");
}
