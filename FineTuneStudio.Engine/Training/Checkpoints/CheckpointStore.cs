using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using FineTuneStudio.Engine.Storage;

namespace FineTuneStudio.Engine.Training.Checkpoints;

/// <summary>A run's checkpoints: each appears whole or not at all, and is verified before it is used.</summary>
/// <remarks>
/// A checkpoint is written into a hidden folder beside its place, every file forced to disk, the manifest with their hashes last; then one
/// rename gives it its name. A kill or a power cut at any moment leaves the checkpoints of before.
/// </remarks>
internal sealed class CheckpointStore
{
    private const string StagingPrefix = ".staging-";
    private const string NamePrefix = "step-";
    private static readonly JsonSerializerOptions JsonOptions = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    private readonly string _folder;
    private readonly int _keep;

    /// <summary>Opens the folder where it exists, and clears away what a killed process left half written; <see cref="Save"/> makes it.</summary>
    /// <param name="folder">The run's <c>checkpoints/</c>.</param>
    /// <param name="keep">Newest checkpoints that stay; at least 2.</param>
    public CheckpointStore(string folder, int keep)
    {
        _folder = folder;
        _keep = keep;
        foreach (var staging in FoldersNamed(StagingPrefix))
        {
            Directory.Delete(staging, recursive: true);
        }
    }

    /// <summary>Where the checkpoints lie.</summary>
    public string Folder => _folder;

    /// <summary>Checkpoints that could not be used, and why; found by <see cref="FindNewest"/>.</summary>
    public List<string> Damaged { get; } = [];

    /// <summary>The newest checkpoint whose every byte is what was written; damaged ones are passed over and listed.</summary>
    public Checkpoint? FindNewest()
    {
        foreach (var folder in Folders().Reverse())
        {
            var checkpoint = Read(folder, out var fault);
            if (checkpoint is not null)
            {
                return checkpoint;
            }

            Damaged.Add($"Checkpoint {Path.GetFileName(folder)} is damaged ({fault}) and is passed over.");
        }

        return null;
    }

    /// <summary>Writes a checkpoint durably, then deletes those that are too many.</summary>
    /// <param name="state">What is no tensor.</param>
    /// <param name="write">Writes the files into the folder it is given.</param>
    /// <exception cref="IOException">The disk is full or gone; the checkpoints of before are untouched.</exception>
    public Checkpoint Save(RunState state, Action<string> write)
    {
        var staging = Path.Combine(_folder, $"{StagingPrefix}{Guid.NewGuid():N}");
        var target = Path.Combine(_folder, NameOf(state.Step));
        try
        {
            DurableFile.CreateFolder(staging);
            write(staging);
            var files = Directory.GetFiles(staging, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Select(path => Flush(staging, path)).ToList();
            var manifest = new CheckpointManifest(CheckpointManifest.CurrentFormat, state, files);
            DurableFile.WriteAllBytes(Path.Combine(staging, CheckpointManifest.FileName), JsonSerializer.SerializeToUtf8Bytes(manifest, JsonOptions));
            foreach (var folder in Directory.GetDirectories(staging))
            {
                DurableFile.FlushParent(Path.Combine(folder, CheckpointManifest.FileName));
            }

            if (Directory.Exists(target))
            {
                // A damaged one of this step, which was passed over.
                Directory.Delete(target, recursive: true);
            }

            DurableFile.MoveFolder(staging, target);
            Rotate(state);
            return new Checkpoint(target, manifest);
        }
        catch
        {
            if (Directory.Exists(staging))
            {
                Directory.Delete(staging, recursive: true);
            }

            throw;
        }
    }

    /// <summary>The folder name of a step.</summary>
    public static string NameOf(int step) => NamePrefix + step.ToString("D8", CultureInfo.InvariantCulture);

    private static CheckpointFile Flush(string folder, string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        var hash = Convert.ToHexStringLower(SHA256.HashData(stream));
        stream.Flush(flushToDisk: true);
        return new(Path.GetRelativePath(folder, path).Replace('\\', '/'), stream.Length, hash);
    }

    private static Checkpoint? Read(string folder, out string fault)
    {
        try
        {
            var manifest = JsonSerializer.Deserialize<CheckpointManifest>(File.ReadAllBytes(Path.Combine(folder, CheckpointManifest.FileName)), JsonOptions);
            if (manifest is not { Format: CheckpointManifest.CurrentFormat, State: not null, Files: not null })
            {
                fault = "its manifest is of another version";
                return null;
            }

            foreach (var file in manifest.Files)
            {
                using var stream = File.OpenRead(Path.Combine(folder, file.Path));
                if (stream.Length != file.Bytes || Convert.ToHexStringLower(SHA256.HashData(stream)) != file.Sha256)
                {
                    fault = $"{file.Path} is not what was written";
                    return null;
                }
            }

            fault = "";
            return new Checkpoint(folder, manifest);
        }
        catch (Exception exception) when (exception is IOException or JsonException or UnauthorizedAccessException)
        {
            fault = exception.Message;
            return null;
        }
    }

    private IEnumerable<string> Folders() => FoldersNamed(NamePrefix).Order(StringComparer.Ordinal);

    private string[] FoldersNamed(string prefix) => Directory.Exists(_folder) ? Directory.GetDirectories(_folder, prefix + "*") : [];

    // The best so far is known by the newest state: a checkpoint that is the best says so, and a later best takes its place.
    private void Rotate(RunState newest)
    {
        var folders = Folders().ToList();
        var best = folders.LastOrDefault(IsBest);
        foreach (var folder in folders.SkipLast(_keep).Where(folder => folder != best && Path.GetFileName(folder) != NameOf(newest.Step)))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static bool IsBest(string folder)
    {
        try
        {
            return JsonSerializer.Deserialize<CheckpointManifest>(File.ReadAllBytes(Path.Combine(folder, CheckpointManifest.FileName)), JsonOptions) is { State.Best: true };
        }
        catch (Exception exception) when (exception is IOException or JsonException)
        {
            return false;
        }
    }
}
