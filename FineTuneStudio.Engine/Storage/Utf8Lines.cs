namespace FineTuneStudio.Engine.Storage;

/// <summary>Lines of a file as bytes, without a string for each.</summary>
internal static class Utf8Lines
{
    private const int BlockBytes = 1 << 16;

    /// <summary>Every line without its end, the last one whether or not it has an end; each is valid until the next is asked for.</summary>
    public static IEnumerable<ReadOnlyMemory<byte>> Read(Stream stream)
    {
        var buffer = new byte[BlockBytes];
        var length = 0;
        while (true)
        {
            var read = stream.Read(buffer, length, buffer.Length - length);
            length += read;
            var start = 0;
            while (buffer.AsSpan(start, length - start).IndexOf((byte)'\n') is >= 0 and var end)
            {
                yield return buffer.AsMemory(start, end);
                start += end + 1;
            }

            if (read == 0)
            {
                if (start < length)
                {
                    yield return buffer.AsMemory(start, length - start);
                }

                yield break;
            }

            buffer.AsSpan(start, length - start).CopyTo(buffer);
            length -= start;
            if (length == buffer.Length)
            {
                Array.Resize(ref buffer, 2 * buffer.Length);
            }
        }
    }
}
