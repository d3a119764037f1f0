namespace FineTuneStudio.Engine.Tokenizers.Patterns;

/// <summary>Turns a pattern's tree into instructions.</summary>
internal sealed class PatternCompiler
{
    private const int LongestProgram = 20_000;
    private readonly string _pattern;
    private readonly List<PatternInstruction> _program = [];

    private PatternCompiler(string pattern)
    {
        _pattern = pattern;
    }

    /// <summary>The instructions, the last of them <see cref="PatternOp.Match"/>.</summary>
    public static PatternInstruction[] Compile(string pattern, PatternNode tree)
    {
        var compiler = new PatternCompiler(pattern);
        compiler.Emit(tree);
        compiler.Add(new PatternInstruction(PatternOp.Match));
        return [.. compiler._program];
    }

    private int Add(PatternInstruction instruction)
    {
        if (_program.Count >= LongestProgram)
        {
            throw new PatternSyntaxException(_pattern, 0, "its counted repetitions make it too long.");
        }

        _program.Add(instruction);
        return _program.Count - 1;
    }

    private void Emit(PatternNode node)
    {
        switch (node)
        {
            case PatternNode.Literal literal:
                Add(new PatternInstruction(PatternOp.Literal, literal.CodePoint));
                break;
            case PatternNode.Set set:
                Add(new PatternInstruction(PatternOp.Set, Class: set.Class));
                break;
            case PatternNode.Place place:
                Add(new PatternInstruction(PatternOp.Place, (int)place.Kind));
                break;
            case PatternNode.Sequence sequence:
                foreach (var item in sequence.Items)
                {
                    Emit(item);
                }

                break;
            case PatternNode.Choice choice:
                EmitChoice(choice);
                break;
            case PatternNode.Repeat repeat:
                EmitRepeat(repeat);
                break;
            case PatternNode.Atomic atomic:
                EmitPart(PatternOp.Atomic, atomic.Item, width: 0);
                break;
            case PatternNode.Look look:
                EmitPart(look.IsNegated ? PatternOp.LookNot : PatternOp.Look, look.Item, look.Width);
                break;
            default:
                throw new InvalidOperationException($"Unknown node {node}.");
        }
    }

    private void EmitChoice(PatternNode.Choice choice)
    {
        List<int> exits = [];
        for (var index = 0; index < choice.Items.Count - 1; index++)
        {
            var split = Add(default);
            Emit(choice.Items[index]);
            exits.Add(Add(default));
            _program[split] = new PatternInstruction(PatternOp.Split, split + 1, _program.Count);
        }

        Emit(choice.Items[^1]);
        foreach (var exit in exits)
        {
            _program[exit] = new PatternInstruction(PatternOp.Jump, _program.Count);
        }
    }

    private void EmitRepeat(PatternNode.Repeat repeat)
    {
        if (AsSet(repeat.Item) is { } set && repeat.Mode != RepeatMode.Lazy)
        {
            var op = repeat.Mode == RepeatMode.Greedy ? PatternOp.RepeatSet : PatternOp.RepeatSetPossessive;
            Add(new PatternInstruction(op, repeat.Minimum, repeat.Maximum, set));
            return;
        }

        if (repeat.Mode == RepeatMode.Possessive)
        {
            EmitPart(PatternOp.Atomic, repeat with { Mode = RepeatMode.Greedy }, width: 0);
            return;
        }

        for (var count = 0; count < repeat.Minimum; count++)
        {
            Emit(repeat.Item);
        }

        if (repeat.Maximum < 0)
        {
            var split = Add(default);
            Emit(repeat.Item);
            Add(new PatternInstruction(PatternOp.Jump, split));
            _program[split] = Split(repeat.Mode, split + 1, _program.Count);
            return;
        }

        List<int> splits = [];
        for (var count = repeat.Minimum; count < repeat.Maximum; count++)
        {
            splits.Add(Add(default));
            Emit(repeat.Item);
        }

        foreach (var split in splits)
        {
            _program[split] = Split(repeat.Mode, split + 1, _program.Count);
        }
    }

    private void EmitPart(PatternOp op, PatternNode item, int width)
    {
        var start = Add(default);
        Emit(item);
        Add(new PatternInstruction(PatternOp.Match));
        _program[start] = new PatternInstruction(op, _program.Count, width);
    }

    private static PatternInstruction Split(RepeatMode mode, int body, int exit)
        => mode == RepeatMode.Lazy ? new PatternInstruction(PatternOp.Split, exit, body) : new PatternInstruction(PatternOp.Split, body, exit);

    private static CharacterClass? AsSet(PatternNode node)
    {
        switch (node)
        {
            case PatternNode.Set set:
                return set.Class;
            case PatternNode.Literal literal:
                var single = new CharacterClass();
                single.AddRange(literal.CodePoint, literal.CodePoint);
                return single.Freeze();
            default:
                return null;
        }
    }
}
