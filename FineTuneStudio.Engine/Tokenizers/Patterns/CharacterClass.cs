using FineTuneStudio.Engine.Tokenizers.Unicode;

namespace FineTuneStudio.Engine.Tokenizers.Patterns;

/// <summary>A set of code points: ranges, general categories, special members and nested sets, possibly turned around.</summary>
internal sealed class CharacterClass
{
    private readonly List<(int First, int Last)> _ranges = [];
    private readonly List<CharacterClass> _parts = [];
    private readonly List<Func<int, bool>> _others = [];
    private readonly ulong[] _ascii = new ulong[2];
    private CharacterClass? _intersection;
    private uint _categories;
    private bool _isFrozen;

    /// <summary>Whether the set holds what is not listed.</summary>
    public bool IsNegated { get; set; }

    /// <summary>Whether letters match in either case.</summary>
    public bool IgnoresCase { get; init; }

    public void AddRange(int first, int last) => _ranges.Add((first, last));

    public void AddCategories(uint mask) => _categories |= mask;

    public void AddPart(CharacterClass part) => _parts.Add(part);

    public void AddOther(Func<int, bool> contains) => _others.Add(contains);

    /// <summary>Keeps only what another set holds too (<c>&amp;&amp;</c>).</summary>
    public void IntersectWith(CharacterClass other)
    {
        if (_intersection is null)
        {
            _intersection = other;
        }
        else
        {
            _intersection.IntersectWith(other);
        }
    }

    /// <summary>Prepares the quick answer for ASCII; nothing may be added after it.</summary>
    public CharacterClass Freeze()
    {
        foreach (var part in _parts)
        {
            part.Freeze();
        }

        _intersection?.Freeze();
        for (var codePoint = 0; codePoint < 128; codePoint++)
        {
            if (Compute(codePoint))
            {
                _ascii[codePoint >> 6] |= 1UL << (codePoint & 63);
            }
        }

        _isFrozen = true;
        return this;
    }

    /// <summary>Whether a code point is a member.</summary>
    public bool Contains(int codePoint)
        => _isFrozen && codePoint < 128 ? ((_ascii[codePoint >> 6] >> (codePoint & 63)) & 1) != 0 : Compute(codePoint);

    private bool Compute(int codePoint)
    {
        var listed = IsListed(codePoint);
        if (!listed && IgnoresCase)
        {
            foreach (var variant in CaseVariants.Of(codePoint))
            {
                listed |= IsListed(variant);
            }
        }

        return (listed && _intersection?.Contains(codePoint) != false) != IsNegated;
    }

    private bool IsListed(int codePoint)
    {
        if (((_categories >> CodePoint.Category(codePoint)) & 1) != 0)
        {
            return true;
        }

        foreach (var (first, last) in _ranges)
        {
            if (codePoint >= first && codePoint <= last)
            {
                return true;
            }
        }

        foreach (var part in _parts)
        {
            if (part.Contains(codePoint))
            {
                return true;
            }
        }

        foreach (var other in _others)
        {
            if (other(codePoint))
            {
                return true;
            }
        }

        return false;
    }
}
