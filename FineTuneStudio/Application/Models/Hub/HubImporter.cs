using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Models;
using FineTuneStudio.Engine.Storage;

namespace FineTuneStudio.Application.Models.Hub;

/// <summary>Takes a model from a hub into the library: only the files that are needed, pinned to a commit, every one checked by its hash.</summary>
/// <remarks>An import that was cut off or cancelled leaves its files for the next try of the same model; in the library nothing is ever half there.</remarks>
public sealed class HubImporter
{
    private const string Reserve = "a tenth of a gigabyte for the database and runs";
    private const long ReserveBytes = 100 << 20;

    private readonly ModelLibrary _models;
    private readonly StudioPaths _paths;
    private readonly TimeProvider _time;

    internal HubImporter(ModelLibrary models, StudioPaths paths, TimeProvider time)
    {
        (_models, _paths, _time) = (models, paths, time);
    }

    /// <summary>Imports.</summary>
    /// <param name="address">Which repository.</param>
    /// <param name="hub">Where, and who asks.</param>
    /// <param name="name">How it will be called; <see langword="null"/> takes the repository's name.</param>
    /// <param name="report">Told of progress.</param>
    /// <param name="cancellationToken">What was fetched stays for the next try.</param>
    public async Task<Result<ModelSummary>> ImportAsync(HubAddress address, HubConnection hub, string? name, Action<HubProgress> report, CancellationToken cancellationToken)
    {
        try
        {
            return await FetchAsync(address, hub, name ?? address.Name, report, cancellationToken);
        }
        catch (UserErrorException exception)
        {
            return new Result<ModelSummary>.Refused(exception.Errors);
        }
        catch (HubUnreachableException exception)
        {
            return Refuse(address, $"{exception.Message} Is the network there? Another hub is named with --endpoint, in the form, or by the variable HF_ENDPOINT.");
        }
        catch (Exception exception) when (exception is KeyNotFoundException or InvalidOperationException or FormatException or ArgumentOutOfRangeException or JsonException)
        {
            return Refuse(address, "The hub's list of files cannot be read; is this a Hugging Face compatible hub?");
        }
        catch (IOException exception) when (FullDisk.Caused(exception))
        {
            return new Result<ModelSummary>.Refused([FullDisk.Describe(address.ToString(), "the model", bytes: null, _paths.Models)]);
        }
        catch (Exception exception) when (exception is IOException or HttpRequestException)
        {
            return Refuse(address, $"The connection broke: {exception.Message} Import again: it goes on where it stopped.");
        }
    }

    private async Task<Result<ModelSummary>> FetchAsync(HubAddress address, HubConnection hub, string name, Action<HubProgress> report, CancellationToken cancellationToken)
    {
        if (await _models.FindAsync(name, cancellationToken) is not null)
        {
            return new Result<ModelSummary>.Refused([new UserError("--name", $"A model called '{name}' is in the library already. Choose another name.")]);
        }

        using var client = new HubClient(hub);
        var commit = await client.FindCommitAsync(address, cancellationToken);
        var files = await client.ListAsync(address, commit, cancellationToken);
        var folder = StagingOf(hub, address, commit);
        Directory.CreateDirectory(folder);
        var download = new HubDownload(client, address, commit, folder, _time);
        var small = HubSelection.Small(files, address);
        await download.FetchAsync(small, small.Sum(file => file.Bytes), report, cancellationToken);

        // Before gigabytes are fetched: whether they could be used.
        _ = ModelFolder.Linears(folder);
        var weights = HubSelection.Weights(files, folder, address);
        var total = small.Concat(weights).Sum(file => file.Bytes);
        CheckRoom(address, folder, weights);
        await new HubDownload(client, address, commit, folder, _time).FetchAsync([.. small, .. weights], total, report, cancellationToken);
        var source = new ModelSource(hub.Endpoint.ToString(), address.Repository, commit);
        await File.WriteAllTextAsync(Path.Combine(folder, ModelRevision.FileName), JsonSerializer.Serialize(source, RunSpecification.JsonOptions), cancellationToken);
        return await _models.AdoptAsync(folder, name, cancellationToken);
    }

    private void CheckRoom(HubAddress address, string folder, IReadOnlyList<HubFile> weights)
    {
        var have = new DirectoryInfo(folder).EnumerateFiles().Where(file => weights.Any(weight => file.Name.StartsWith(weight.Name, StringComparison.Ordinal))).Sum(file => file.Length);
        var need = weights.Sum(file => file.Bytes) - have + ReserveBytes;
        if (DiskFaults.FreeBytes(_paths.Root) is { } free && free < need)
        {
            throw new UserErrorException(address.ToString(), $"The model takes {ByteSize.Text(need - ReserveBytes)} more, and {Reserve} should stay free; {_paths.Root} has {ByteSize.Text(free)}. Delete what is no longer needed, or start the studio with --data on a larger disk.");
        }
    }

    // Named by what is fetched, so that the same import finds what an earlier try left.
    private string StagingOf(HubConnection hub, HubAddress address, string commit)
    {
        var key = SHA256.HashData(Encoding.UTF8.GetBytes($"{hub.Endpoint}\n{address.Repository}\n{commit}"));
        return Path.Combine(_paths.Imports, Convert.ToHexStringLower(key)[..32]);
    }

    private static Result<ModelSummary> Refuse(HubAddress address, string message) => new Result<ModelSummary>.Refused([new UserError(address.ToString(), message)]);
}
