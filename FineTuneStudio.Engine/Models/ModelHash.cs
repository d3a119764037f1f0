using System.Security.Cryptography;
using System.Text;

namespace FineTuneStudio.Engine.Models;

/// <summary>One hash for a model folder, by which an adapter says what it was made from.</summary>
public static class ModelHash
{
    private const int BufferBytes = 4 << 20;

    /// <summary>SHA-256 over every file's name and own SHA-256, in the order of names.</summary>
    /// <param name="folder">The folder; links are followed.</param>
    /// <param name="progress">Bytes read so far, or <see langword="null"/>.</param>
    /// <param name="cancellationToken">Looked at between blocks.</param>
    /// <returns>Lower-case hexadecimal digits.</returns>
    public static string Compute(string folder, Action<long>? progress, CancellationToken cancellationToken)
    {
        using var whole = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[BufferBytes];
        var read = 0L;
        foreach (var file in new DirectoryInfo(folder).EnumerateFiles("*", SearchOption.AllDirectories).OrderBy(file => file.FullName, StringComparer.Ordinal))
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            using var stream = new FileStream(file.FullName, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
            int count;
            while ((count = stream.Read(buffer)) > 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
                hash.AppendData(buffer.AsSpan(0, count));
                read += count;
                progress?.Invoke(read);
            }

            whole.AppendData(Encoding.UTF8.GetBytes(Path.GetRelativePath(folder, file.FullName)));
            whole.AppendData(hash.GetHashAndReset());
        }

        return Convert.ToHexStringLower(whole.GetHashAndReset());
    }
}
