namespace ProxSharp.Backup.Protocol.Http2;

/// <summary>The codes that say why a stream or a connection ends (RFC 9113, section 7).</summary>
internal enum ErrorCode
{
    None = 0,
    Protocol = 1,
    FlowControl = 3,
    FrameSize = 6,
    Refused = 7,
    Cancel = 8,
    Compression = 9,
    TooMuch = 11,
}
