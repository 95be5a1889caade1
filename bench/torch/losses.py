"""The losses of the benchmark in PyTorch: as users write them, differentiated by autograd, and with the gradient by hand.

Every form maps (first, second) to (loss, gradient): predictions and targets [N], or logits [R, K] and labels, int64 [R].
"""

import torch
import torch.nn.functional as F


def differentiated(loss):
    def form(first, second):
        value = loss(first, second)
        (gradient,) = torch.autograd.grad(value, first)
        return value.detach(), gradient

    return form


def z_masked_squared_error(threshold, **_):
    def keep_of(losses):
        deviation, mean = torch.std_mean(losses)
        return (losses - mean).abs() <= threshold * deviation

    def loss(predictions, targets):
        losses = (predictions - targets).square()
        keep = keep_of(losses.detach())
        # Not losses[keep]: how many stay would have to come back to the host.
        return torch.where(keep, losses, 0.0).sum() / keep.sum()

    def by_hand(predictions, targets):
        residuals = predictions - targets
        losses = residuals.square()
        keep = keep_of(losses)
        share = 1.0 / keep.sum()
        return torch.where(keep, losses, 0.0).sum() * share, torch.where(keep, residuals, 0.0) * (2.0 * share)

    return differentiated(loss), by_hand


def cross_entropy(**_):
    def by_hand(logits, labels):
        log_p = F.log_softmax(logits, -1)
        is_label = torch.arange(logits.shape[1], device=logits.device) == labels[:, None]
        return F.nll_loss(log_p, labels), (log_p.exp() - is_label.float()) / logits.shape[0]

    return differentiated(F.cross_entropy), by_hand


def sgce(q, **_):
    def shares_of(logits, labels):
        rows, classes = logits.shape
        is_label = torch.arange(classes, device=logits.device) == labels[:, None]
        return (1.0 / classes - is_label.float()) / rows

    def loss(logits, labels):
        return (F.softmax(logits, -1).pow(q) * shares_of(logits, labels)).sum() / q

    def by_hand(logits, labels):
        p = F.softmax(logits, -1)
        slopes = p.pow(q) * shares_of(logits, labels)
        per_row = slopes.sum(-1, keepdim=True)
        return per_row.sum() / q, slopes - p * per_row

    return differentiated(loss), by_hand


LOSSES = {"zmse": z_masked_squared_error, "cross-entropy": cross_entropy, "sgce": sgce}
