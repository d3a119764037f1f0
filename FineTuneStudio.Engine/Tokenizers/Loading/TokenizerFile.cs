using System.IO.Compression;
using FineTuneStudio.Engine.Contracts;

namespace FineTuneStudio.Engine.Tokenizers.Loading;

/// <summary>Reads whole files with a limit, unpacking gzip.</summary>
internal static class TokenizerFile
{
    /// <summary>Twenty times the largest real tokenizer; more is a mistake or an attack, packed or not.</summary>
    public const int LargestBytes = 256 << 20;

    /// <summary>The bytes of a file, unpacked where it is gzip.</summary>
    /// <exception cref="UserErrorException">It cannot be read or is too large.</exception>
    public static byte[] ReadAll(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            Span<byte> head = stackalloc byte[2];
            var count = file.ReadAtLeast(head, 2, throwOnEndOfStream: false);
            file.Position = 0;
            var isPacked = count == 2 && head[0] == 0x1F && head[1] == 0x8B;
            using Stream content = isPacked ? new GZipStream(file, CompressionMode.Decompress) : file;
            using var memory = new MemoryStream(isPacked ? 1 << 20 : (int)Math.Min(file.Length, LargestBytes));
            Copy(content, memory, path);
            return memory.TryGetBuffer(out var buffer) && buffer.Count == buffer.Array!.Length ? buffer.Array : memory.ToArray();
        }
        catch (InvalidDataException exception)
        {
            throw new UserErrorException(path, $"The gzip file is broken: {exception.Message}");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UserErrorException(path, $"The file cannot be read: {exception.Message}");
        }
    }

    private static void Copy(Stream source, MemoryStream target, string path)
    {
        var buffer = new byte[1 << 16];
        for (var count = source.Read(buffer); count > 0; count = source.Read(buffer))
        {
            if (target.Length + count > LargestBytes)
            {
                throw new UserErrorException(path, $"The file holds more than {LargestBytes >> 20} MiB; no tokenizer is that large.");
            }

            target.Write(buffer, 0, count);
        }
    }
}
