namespace FineTuneStudio.Engine.Templates.Values;

/// <summary>What <c>str.encode</c> gives.</summary>
internal sealed class PyBytes(byte[] bytes)
{
    public byte[] Bytes { get; } = bytes;
}
