using System.Text.Json;
using FineTuneStudio.Engine.Contracts;
using FineTuneStudio.Engine.Contracts.Reinforcement;
using FineTuneStudio.Engine.Generation;

namespace FineTuneStudio.Engine.Training.Reinforcement;

/// <summary>One answer that may call tools: reads each turn of the model, has its calls answered, and says how the conversation goes on.</summary>
/// <param name="setup">What all answers share.</param>
/// <param name="prompt">What is answered.</param>
internal sealed class ToolConversation(ToolSetup setup, PromptRow prompt) : ITurnTaker
{
    private readonly List<RolloutTurn> _turns = [];
    private int _answered;

    /// <summary>Turns of the model and answers of tools so far.</summary>
    public IReadOnlyList<RolloutTurn> Turns => _turns;

    /// <summary>The same as messages in OpenAI's form.</summary>
    public JsonElement Messages => RolloutTurn.ToMessages(_turns);

    /// <summary>All calls of the model, in order.</summary>
    public IReadOnlyList<ToolCall> Calls => [.. _turns.SelectMany(turn => turn.Calls ?? [])];

    /// <inheritdoc/>
    public int[]? TakeTurn(TokenAnswer turn, CancellationToken cancellationToken)
    {
        var said = Take(turn);
        if (said.Calls.Count == 0 || _turns.Count(taken => taken.Tool is null) >= setup.Options.Turns)
        {
            return null;
        }

        var place = _turns.Count - 1;
        foreach (var call in said.Calls)
        {
            var result = setup.Tools.Call(call, prompt.Item, cancellationToken);
            _turns.Add(new RolloutTurn { Tool = call.Name, Text = Cut(result.Text), IsError = result.IsError, Tokens = 0 });
        }

        try
        {
            var before = prompt.Conversation!.Messages.GetArrayLength();
            return setup.Renderer.RenderContinuation(Whole(), before + place, setup.StopIds, isEnded: turn.End == AnswerEnd.Stop);
        }
        catch (UserErrorException exception)
        {
            // Some templates take one call at a time, for instance: what they cannot write, the model cannot read.
            _turns.RemoveRange(place + 1, _turns.Count - place - 1);
            _turns[place] = _turns[place] with { CallFaults = [.. said.Faults, $"The chat template cannot go on from here: {exception.Message}"] };
            return null;
        }
    }

    /// <summary>Reads what was drawn last, where nobody was asked to go on: an answer that was cut.</summary>
    /// <param name="answer">The whole answer.</param>
    /// <returns>What its last turn says.</returns>
    public ParsedAnswer Finish(TokenAnswer answer)
    {
        var turns = answer.Turns().ToList();
        if (_answered < turns.Count)
        {
            Take(turns[^1]);
        }

        var last = _turns.FindLast(turn => turn.Tool is null)!;
        return new ParsedAnswer(last.Text, last.Calls ?? [], last.CallFaults ?? []);
    }

    private ParsedAnswer Take(TokenAnswer turn)
    {
        _answered++;
        var said = setup.Reader.Read(turn, setup.Tools.Names);
        _turns.Add(new RolloutTurn
        {
            Text = said.Text,
            Calls = said.Calls.Count > 0 ? said.Calls : null,
            CallFaults = said.Faults.Count > 0 ? said.Faults : null,
            Tokens = turn.Ids.Length,
        });
        return said;
    }

    private Conversation Whole()
    {
        JsonElement[] messages = [.. prompt.Conversation!.Messages.EnumerateArray(), .. Messages.EnumerateArray()];
        return prompt.Conversation with { Messages = JsonSerializer.SerializeToElement(messages) };
    }

    private string Cut(string text)
    {
        var tokenizer = setup.Renderer.Tokenizer;
        var tokens = tokenizer.EncodeWithOffsets(text);
        return tokens.Length <= setup.Options.ResultTokens ? text : text[..tokens[setup.Options.ResultTokens - 1].End] + " … (cut off)";
    }
}
