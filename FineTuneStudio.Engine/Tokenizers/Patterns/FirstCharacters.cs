namespace FineTuneStudio.Engine.Tokenizers.Patterns;

/// <summary>What a match can begin with, so that a search passes over most of a text without trying.</summary>
internal sealed class FirstCharacters
{
    private readonly List<CharacterClass> _sets = [];
    private readonly HashSet<int> _literals = [];
    private readonly bool[] _ascii = new bool[128];
    private readonly bool _isAny;

    public FirstCharacters(PatternNode tree)
    {
        _isAny = Collect(tree);
        for (var codePoint = 0; codePoint < 128; codePoint++)
        {
            _ascii[codePoint] = Compute(codePoint);
        }
    }

    /// <summary>Whether a match may begin with this code point.</summary>
    public bool Contains(int codePoint) => codePoint < 128 ? _ascii[codePoint] : Compute(codePoint);

    /// <summary>Whether a match may be empty, so that it may begin anywhere.</summary>
    public bool IsAny => _isAny;

    private bool Compute(int codePoint)
    {
        if (_isAny || _literals.Contains(codePoint))
        {
            return true;
        }

        foreach (var set in _sets)
        {
            if (set.Contains(codePoint))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Collects the beginnings of a node; true where it can match nothing at all.</summary>
    private bool Collect(PatternNode node)
    {
        switch (node)
        {
            case PatternNode.Literal literal:
                _literals.Add(literal.CodePoint);
                return false;
            case PatternNode.Set set:
                _sets.Add(set.Class);
                return false;
            case PatternNode.Sequence sequence:
                return sequence.Items.All(Collect);
            case PatternNode.Choice choice:
                return choice.Items.Select(Collect).ToList().Contains(true);
            case PatternNode.Repeat repeat:
                return Collect(repeat.Item) || repeat.Minimum == 0;
            case PatternNode.Atomic atomic:
                return Collect(atomic.Item);
            default:
                return true;
        }
    }
}
