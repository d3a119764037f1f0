namespace FineTuneStudio.Engine.Templates.Syntax;

/// <summary>Kinds of tokens of a template.</summary>
internal enum TokenKind
{
    End,
    Data,
    BlockBegin,
    BlockEnd,
    VariableBegin,
    VariableEnd,
    Name,
    Text,
    Number,
    Operator,
}
