namespace FineTuneStudio.Engine.Models.Configuration;

/// <summary>What generation keeps of one token in one layer.</summary>
/// <param name="Heads">Key/value heads. <c>K</c></param>
/// <param name="KeySize">Width of a head's key.</param>
/// <param name="ValueSize">Width of a head's value.</param>
public readonly record struct CacheShape(int Heads, int KeySize, int ValueSize)
{
    /// <summary>Elements of one token.</summary>
    public long Elements => (long)Heads * (KeySize + ValueSize);
}
