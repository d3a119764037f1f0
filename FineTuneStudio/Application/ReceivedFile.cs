using FineTuneStudio.Engine.Storage;

namespace FineTuneStudio.Application;

/// <summary>A file as it comes from elsewhere, on its way to disk.</summary>
internal static class ReceivedFile
{
    private const int BufferBytes = 1 << 20;

    /// <summary>Writes a new file and flushes it.</summary>
    /// <param name="content">Its bytes.</param>
    /// <param name="path">Where to; nothing is there yet.</param>
    /// <param name="most">Bytes after which no more are taken: a larger size in the answer says that the file is too large and not whole.</param>
    /// <param name="cancellationToken">Leaves the part that was written.</param>
    public static async Task<(string Sha256, long Bytes)> WriteAsync(Stream content, string path, long most, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.Asynchronous);
        await using var hashing = new HashingStream(file);
        var buffer = new byte[BufferBytes];
        while (hashing.Length <= most)
        {
            var count = await content.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
            if (count == 0)
            {
                break;
            }

            await hashing.WriteAsync(buffer.AsMemory(0, count), cancellationToken);
        }

        file.Flush(flushToDisk: true);
        return (hashing.HashText(), hashing.Length);
    }
}
