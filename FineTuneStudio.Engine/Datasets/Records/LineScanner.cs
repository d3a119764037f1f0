namespace FineTuneStudio.Engine.Datasets.Records;

/// <summary>A record a line, ended by LF or CR LF.</summary>
internal sealed class LineScanner : RecordScanner
{
    public override bool OneLineEach => true;

    public override int FindEnd(ReadOnlySpan<byte> data, int from)
    {
        var length = data[from..].IndexOf((byte)'\n');
        return length < 0 ? -1 : from + length + 1;
    }

    public override int ContentLength(ReadOnlySpan<byte> record) => Trim(record);

    internal static int Trim(ReadOnlySpan<byte> record)
    {
        var length = record.Length;
        if (length > 0 && record[length - 1] == (byte)'\n')
        {
            length--;
        }

        return length > 0 && record[length - 1] == (byte)'\r' ? length - 1 : length;
    }
}
