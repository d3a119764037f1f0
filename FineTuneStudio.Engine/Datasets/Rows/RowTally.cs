using FineTuneStudio.Engine.Datasets.Statistics;

namespace FineTuneStudio.Engine.Datasets.Rows;

/// <summary>Sums over good rows that do not depend on their order: each worker keeps its own, and they are added at the end.</summary>
internal sealed class RowTally
{
    private const int ShortAnswer = 40;

    public long System { get; private set; }

    public long Developer { get; private set; }

    public long User { get; private set; }

    public long Assistant { get; private set; }

    public long Tool { get; private set; }

    public long Learnt { get; private set; }

    public long ToolCalls { get; private set; }

    public long RowsWithSystem { get; private set; }

    public long RowsWithTools { get; private set; }

    public long PromptOnlyRows { get; set; }

    public long Answers { get; private set; }

    public long ShortAnswers { get; private set; }

    public long NumberAnswers { get; private set; }

    public long MarkedAnswers { get; private set; }

    public long JsonAnswers { get; private set; }

    public long CodeAnswers { get; private set; }

    public long ToolCallAnswers { get; private set; }

    public long ReasoningAnswers { get; private set; }

    public LengthTally Turns { get; } = new();

    public LengthTally RowCharacters { get; } = new();

    public LengthTally PromptCharacters { get; } = new();

    public LengthTally AnswerCharacters { get; } = new();

    public void Add(in RowMeasure row, ReadOnlySpan<byte> text)
    {
        System += row.System;
        Developer += row.Developer;
        User += row.User;
        Assistant += row.Assistant;
        Tool += row.Tool;
        Learnt += row.Learnt;
        ToolCalls += row.ToolCalls;
        RowsWithSystem += row.System + row.Developer > 0 ? 1 : 0;
        RowsWithTools += row.HasTools ? 1 : 0;
        Turns.Add(row.User);
        RowCharacters.Add(row.Characters);
        if (row.HasPrompt)
        {
            PromptCharacters.Add(row.PromptCharacters);
        }

        if (!row.HasAnswer)
        {
            return;
        }

        AnswerCharacters.Add(row.AnswerCharacters);
        Answers++;
        ToolCallAnswers += row.AnswerHasToolCalls ? 1 : 0;
        ReasoningAnswers += row.HasReasoning ? 1 : 0;
        ShortAnswers += row.AnswerCharacters <= ShortAnswer ? 1 : 0;
        if (row.AnswerLength > 0)
        {
            AddShape(text.Slice(row.AnswerStart, row.AnswerLength));
        }
    }

    public void Add(RowTally other)
    {
        System += other.System;
        Developer += other.Developer;
        User += other.User;
        Assistant += other.Assistant;
        Tool += other.Tool;
        Learnt += other.Learnt;
        ToolCalls += other.ToolCalls;
        RowsWithSystem += other.RowsWithSystem;
        RowsWithTools += other.RowsWithTools;
        PromptOnlyRows += other.PromptOnlyRows;
        Answers += other.Answers;
        ShortAnswers += other.ShortAnswers;
        NumberAnswers += other.NumberAnswers;
        MarkedAnswers += other.MarkedAnswers;
        JsonAnswers += other.JsonAnswers;
        CodeAnswers += other.CodeAnswers;
        ToolCallAnswers += other.ToolCallAnswers;
        ReasoningAnswers += other.ReasoningAnswers;
        Turns.Add(other.Turns);
        RowCharacters.Add(other.RowCharacters);
        PromptCharacters.Add(other.PromptCharacters);
        AnswerCharacters.Add(other.AnswerCharacters);
    }

    private void AddShape(ReadOnlySpan<byte> answer)
    {
        // A result stands at the end, a fence near the start: long answers are not read again in full.
        const int window = 512;
        var head = answer[..Math.Min(answer.Length, window)];
        var tail = answer[Math.Max(0, answer.Length - window)..];
        NumberAnswers += IsNumber(answer) ? 1 : 0;
        MarkedAnswers += tail.IndexOf("#### "u8) >= 0 || tail.IndexOf("\\boxed"u8) >= 0 ? 1 : 0;
        CodeAnswers += head.IndexOf("```"u8) >= 0 || tail.IndexOf("```"u8) >= 0 ? 1 : 0;
        JsonAnswers += (answer[0], answer[^1]) is ((byte)'{', (byte)'}') or ((byte)'[', (byte)']') ? 1 : 0;
    }

    private static bool IsNumber(ReadOnlySpan<byte> answer)
    {
        if (answer.Length > 24)
        {
            return false;
        }

        var digits = 0;
        foreach (var value in answer)
        {
            if (value is >= (byte)'0' and <= (byte)'9')
            {
                digits++;
            }
            else if (value is not ((byte)'-' or (byte)'+' or (byte)'.' or (byte)',' or (byte)'$' or (byte)'%' or (byte)' '))
            {
                return false;
            }
        }

        return digits > 0;
    }
}
