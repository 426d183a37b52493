namespace ProxSharp.Simulator.Calls;

/// <summary>Answers endpoints that have no handler of their own.</summary>
internal interface IFallbackHandler
{
    ApiReply Handle(ApiCall call);
}
