using System.Security.Cryptography;
using System.Text;

namespace FineTuneStudio.Application.Models;

/// <summary>One hash for a folder: over its files' names and contents, in the order of names.</summary>
internal static class FolderHash
{
    public static async Task<(string Sha256, long Bytes)> ComputeAsync(string folder, CancellationToken cancellationToken)
    {
        using var whole = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var bytes = 0L;
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).OrderBy(file => file.FullName, StringComparer.Ordinal))
        {
            await using var stream = new FileStream(file.FullName, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan | FileOptions.Asynchronous);
            var hash = await SHA256.HashDataAsync(stream, cancellationToken);
            whole.AppendData(Encoding.UTF8.GetBytes(Path.GetRelativePath(folder, file.FullName)));
            whole.AppendData(hash);
            bytes += file.Length;
        }

        return (Convert.ToHexStringLower(whole.GetHashAndReset()), bytes);
    }
}
