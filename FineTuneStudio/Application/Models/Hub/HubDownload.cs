using System.Net;
using System.Security.Cryptography;
using System.Text;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Storage;

namespace FineTuneStudio.Application.Models.Hub;

/// <summary>Fetches files into a folder, each whole and checked or not at all; what is there of one from an earlier try is gone on with.</summary>
internal sealed class HubDownload(HubClient client, HubAddress address, string commit, string folder, TimeProvider time)
{
    private const int BufferBytes = 1 << 20;

    // Tries in a row that brought nothing new.
    private const int MostIdleTries = 5;
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);

    private static readonly TimeSpan LongestSilence = TimeSpan.FromSeconds(60);

    private readonly long _begin = time.GetTimestamp();
    private long _total;
    private long _finished;
    private long _received;

    /// <summary>Fetches files that are not there yet.</summary>
    /// <param name="files">What to fetch.</param>
    /// <param name="totalBytes">Of these and all other files of the import.</param>
    /// <param name="report">Told of progress.</param>
    /// <param name="cancellationToken">What was fetched stays for the next try.</param>
    /// <exception cref="UserErrorException">A file is not what the hub says, or the hub is gone.</exception>
    public async Task FetchAsync(IReadOnlyList<HubFile> files, long totalBytes, Action<HubProgress> report, CancellationToken cancellationToken)
    {
        _total = totalBytes;
        foreach (var file in files)
        {
            var path = Path.Combine(folder, file.Name);
            if (File.Exists(path) && new FileInfo(path).Length == file.Bytes)
            {
                _finished += file.Bytes;
                continue;
            }

            DurableFile.CreateFolder(Path.GetDirectoryName(path)!);
            await FetchAsync(file, path + DurableFile.TemporarySuffix, report, cancellationToken);
            _finished += file.Bytes;
            File.Move(path + DurableFile.TemporarySuffix, path, overwrite: true);
            DurableFile.FlushParent(path);
        }
    }

    private async Task FetchAsync(HubFile file, string partial, Action<HubProgress> report, CancellationToken cancellationToken)
    {
        for (var idle = 0; ;)
        {
            var had = File.Exists(partial) ? new FileInfo(partial).Length : 0;
            var fault = await TryFetchAsync(file, partial, had, report, cancellationToken);
            if (fault is null)
            {
                break;
            }

            idle = File.Exists(partial) && new FileInfo(partial).Length > had ? 0 : idle + 1;
            if (idle >= MostIdleTries)
            {
                throw new UserErrorException(file.Name, $"{fault} Import again later: it goes on where it stopped.");
            }

            await Task.Delay(FirstPause * Math.Pow(2, idle), time, cancellationToken);
        }

        await CheckAsync(file, partial, cancellationToken);
    }

    // Null where the file is whole, else what was in the way.
    private async Task<string?> TryFetchAsync(HubFile file, string partial, long had, Action<HubProgress> report, CancellationToken cancellationToken)
    {
        if (had > file.Bytes)
        {
            File.Delete(partial);
            had = 0;
        }

        if (had == file.Bytes && file.Bytes > 0)
        {
            return null;
        }

        try
        {
            using var response = await client.OpenAsync(address, commit, file.Name, had, cancellationToken);
            CheckSize(file, response);
            var goesOn = response.StatusCode == HttpStatusCode.PartialContent && response.Content.Headers.ContentRange?.From == had;
            await using var source = await response.Content.ReadAsStreamAsync(cancellationToken);
            await using var target = new FileStream(partial, goesOn ? FileMode.Append : FileMode.Create, FileAccess.Write, FileShare.None, 1, FileOptions.Asynchronous);
            var position = goesOn ? had : 0;
            var buffer = new byte[BufferBytes];
            for (var count = await ReadAsync(source, buffer, cancellationToken); count > 0; count = await ReadAsync(source, buffer, cancellationToken))
            {
                position += count;
                if (position > file.Bytes)
                {
                    target.Close();
                    File.Delete(partial);
                    throw new UserErrorException(file.Name, $"The hub sends more than the {file.Bytes} bytes it announced. The file was deleted; the hub or what stands between is broken.");
                }

                await target.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
                _received += count;
                report(new HubProgress(file.Name, _finished + position, _total, Remaining(_total - _finished - position)));
            }

            target.Flush(flushToDisk: true);
            return position == file.Bytes ? null : $"The connection broke at {position} of {file.Bytes} bytes.";
        }
        catch (HubUnreachableException exception)
        {
            return exception.Message;
        }
        catch (Exception exception) when (exception is HttpRequestException or HttpIOException || (exception is IOException && !DiskFaults.IsDiskFull(exception)))
        {
            return $"The connection broke: {exception.Message}";
        }
    }

    private static async Task CheckAsync(HubFile file, string partial, CancellationToken cancellationToken)
    {
        await using var stream = File.OpenRead(partial);
        var (expected, actual) = file.Sha256 is { } sha256
            ? (sha256, Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken)))
            : (file.GitOid!, await GitOidAsync(stream, cancellationToken));
        if (!string.Equals(expected, actual, StringComparison.OrdinalIgnoreCase))
        {
            stream.Close();
            File.Delete(partial);
            throw new UserErrorException(file.Name, $"The file is not what the hub announced: its hash is {actual}, not {expected}. It was deleted; import again to fetch it anew.");
        }
    }

    // Git names a file by SHA-1 over a header and its content.
    private static async Task<string> GitOidAsync(FileStream stream, CancellationToken cancellationToken)
    {
#pragma warning disable CA5350 // Git's own name for the file; it guards against broken transfers, not against attackers.
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
#pragma warning restore CA5350
        hash.AppendData(Encoding.ASCII.GetBytes($"blob {stream.Length}\0"));
        var buffer = new byte[BufferBytes];
        for (var count = await stream.ReadAsync(buffer, cancellationToken); count > 0; count = await stream.ReadAsync(buffer, cancellationToken))
        {
            hash.AppendData(buffer, 0, count);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    // Neither more nor less than the list says; an answer of unknown length is counted as it comes.
    private static void CheckSize(HubFile file, HttpResponseMessage response)
    {
        var size = response.StatusCode == HttpStatusCode.PartialContent ? response.Content.Headers.ContentRange?.Length : response.Content.Headers.ContentLength;
        if (size is { } announced && announced != file.Bytes)
        {
            throw new UserErrorException(file.Name, $"The hub's list announced {file.Bytes} bytes, but it sends a file of {announced}. The hub, or what stands between, is broken.");
        }
    }

    // A connection that says nothing for a minute is as good as broken.
    private static async Task<int> ReadAsync(Stream source, byte[] buffer, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(LongestSilence);
        try
        {
            return await source.ReadAsync(buffer, patience.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new IOException($"nothing came for {LongestSilence.TotalSeconds:0} seconds.");
        }
    }

    private TimeSpan? Remaining(long left)
    {
        var passed = time.GetElapsedTime(_begin);
        return _received > 0 && passed > TimeSpan.FromSeconds(1) ? passed * ((double)left / _received) : null;
    }
}
