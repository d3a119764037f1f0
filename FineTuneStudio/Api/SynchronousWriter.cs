namespace FineTuneStudio.Api;

/// <summary>Lets synchronous engine code write to a response, which takes asynchronous writes alone.</summary>
internal sealed class SynchronousWriter(Stream response) : Stream
{
    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    // The engine's own thread waits here; no thread of the server does.
    public override void Write(byte[] buffer, int offset, int count) => response.WriteAsync(buffer, offset, count).GetAwaiter().GetResult();

    public override void Write(ReadOnlySpan<byte> buffer) => response.WriteAsync(buffer.ToArray()).AsTask().GetAwaiter().GetResult();

    public override void Flush() => response.FlushAsync().GetAwaiter().GetResult();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();
}
